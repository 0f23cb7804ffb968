/** Records a step that was applied under the set's lease, and reports it. */
import { MigrateError } from "../contract/errors.js";
import { hasOnlyPatterns, kindOf, namedDatabases } from "../kinds/targets.js";
import { createdBy, isOnce, removedBy } from "../kinds/traits.js";
import { nextEntry } from "../ledger/entry.js";
import type { Step } from "../migrations/step.js";
import { version } from "../version.js";
import { claimsOf } from "./claims-of.js";
import { createdIn } from "./created-in.js";
import type { Done } from "./execute.js";
import { fail, warn } from "./outcome.js";
import { placedKept } from "./placed-kept.js";
import { targetsOf } from "./places.js";
import type { Recorder } from "./recorder.js";
import type { Run } from "./session.js";
import { saidOf, type Unit } from "./units.js";
import { whereDone } from "./where-done.js";

interface Records {
  readonly run: Run;
  readonly recorder: Recorder;
  /** Ids of steps that this run wrote before, under an earlier lease. */
  readonly written: ReadonlySet<string>;
}

export async function recordStep({ run, recorder, written }: Records, unit: Unit, done: Done): Promise<void> {
  const { step } = unit.decision;
  const { id } = step;
  const kind = kindOf(step);
  const { places, succeeded, failed, cut, milliseconds } = done;
  const warnings = succeeded.flatMap(({ converged }) => converged.warnings);
  // The same warning in several databases is reported once.
  for (const warning of new Map(warnings.map((one) => [one.message, one])).values()) {
    warn(run, { ...warning, id });
  }
  for (const { place, error } of failed) fail(run, id, place.database, error);
  const kept = succeeded.flatMap(({ place: { database }, converged }) =>
    placedKept(converged.kept, places.length, database),
  );
  const wrote = written.has(id) || succeeded.some(({ converged }) => converged.wrote);
  const outcome = wrote ? "applied" : kept.length > 0 ? "kept" : holding(run, step);
  if (succeeded.length > 0 || failed.length + cut.length === 0) {
    for (const made of createdBy(step)) run.inventory.add(made);
    const removed = removedBy(step);
    if (removed !== undefined) run.inventory.remove(removed);
    const worked =
      kind.scope === "server" ? namedDatabases(step) : succeeded.flatMap(({ place }) => place.database ?? []);
    // A deleted database has no incarnation; a new one with the same name is another database.
    const databases = worked.filter((database) => database !== removed);
    const claimed = claimsOf(step, databases);
    const made = createdIn(step, succeeded, claimed.claims, run.inventory);
    const said = {
      milliseconds,
      adopted: outcome === "adopted",
      kept: kept.length > 0,
      ...claimed,
      at: new Date(),
      version,
    };
    const entry = () => {
      if (goneOf(run, step) !== undefined) return undefined;
      const incarnations = Object.fromEntries(databases.map((name) => [name, run.inventory.incarnation(name)]));
      const created = Object.fromEntries(
        [...made].map(([name, objects]) => [name, { incarnation: name && run.inventory.incarnation(name), objects }]),
      );
      return nextEntry(step, recorder.entry(id), { ...said, created, databases: incarnations });
    };
    await recorder.record(id, entry, isOnce(step));
  }
  if (cut.length > 0 && failed.length === 0) {
    run.outcomes.push({ is: "unfinished", id });
    run.emit({ type: "step-stopped", id });
  }
  if (cut.length + failed.length > 0) return;
  run.outcomes.push(outcome === "kept" ? { is: "kept", id, differences: kept } : { is: outcome, id });
  const differences = kept.length > 0 ? { kept } : {};
  const where = whereDone(
    step,
    succeeded.flatMap(({ place }) => place.database ?? []),
  );
  run.emit({ type: "step-end", ...saidOf(unit), outcome, ...where, milliseconds, ...differences });
}

/** The outcome of a step that wrote nothing. */
function holding(run: Run, step: Step): "adopted" | "unmatched" {
  return hasOnlyPatterns(step) && targetsOf(run, step, run.inventory.existing).length === 0 ? "unmatched" : "adopted";
}

/** A database that the step should have created, but that does not exist. */
export function goneOf({ inventory }: Pick<Run, "inventory">, step: Step): string | undefined {
  return createdBy(step).find((database) => inventory.isGone(database));
}

export function notThere(database: string): MigrateError {
  const message = `CouchDB accepted the request for database ${database}, but the database does not exist`;
  return new MigrateError("not-applied", { message, data: { database } });
}
