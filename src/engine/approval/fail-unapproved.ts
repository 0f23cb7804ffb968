/** Before the first write: compares all that would be written with the approved plan. */
import { MigrateError } from "../../contract/errors.js";
import type { PlacedChange, Plan, PlannedStep } from "../../contract/results.js";
import { groupBy } from "../../text/group-by.js";
import { list } from "../../text/quantity.js";
import type { Assessment } from "../assess.js";
import { failSome } from "../fail-some.js";
import type { Run } from "../session.js";
import { type Unapproved, unapproved } from "./approved.js";
import { matchedBy } from "./assert-approved.js";

/**
 * If the approved plan does not contain all that would be written, fails the steps that it does not contain; the others
 * are not started. False: everything is approved, or the run needs no approval.
 *
 * @param now the plan of what is due
 */
export function failUnapproved(run: Run, seen: Assessment, now: Plan): boolean {
  const { approved } = run;
  if (!approved) return false;
  const tests = new Map(run.steps.map((step) => [step.id, matchedBy(step)]));
  const missing = unapproved(approved, now.steps, (id, database) => tests.get(id)?.(database) === true);
  if (missing.length > 0) run.outcomes.push({ is: "unapproved", plan: planOf(now, missing) });
  return failSome(
    run,
    seen.due,
    missing.map((one) => [one.id, refusal(one)]),
  );
}

function refusal({ id, places }: Unapproved): MigrateError {
  const byReason = groupBy(places, ([, why]) => why);
  const reasons = [...byReason].map(([why, where]) => {
    const databases = where.flatMap(([database]) => (database === "" ? [] : [database]));
    return databases.length === 0 ? why : `${why} (${list(databases, 5)})`;
  });
  const message = `not in the approved plan: ${reasons.join("; ")}`;
  return new MigrateError("unapproved", { message, data: { id } });
}

/** Only what is not approved. */
function planOf(now: Plan, missing: readonly Unapproved[]): Plan {
  const places = new Map(missing.map((one) => [one.id, one.places]));
  const steps = now.steps.flatMap((step) => {
    const where = places.get(step.id);
    return where ? [within(step, where)] : [];
  });
  const warnings = now.warnings.filter(({ id }) => id !== undefined && places.has(id));
  return { ...now, changes: steps.length, steps, orphaned: [], orphans: [], warnings };
}

function within(step: PlannedStep, places: ReadonlyMap<string, string>): PlannedStep {
  const isHere = ({ database }: { readonly database?: string }) => database === undefined || places.has(database);
  const changesHere = (change: PlacedChange): PlacedChange[] => {
    if (!change.databases) return isHere(change) ? [change] : [];
    const databases = change.databases.filter((database) => places.has(database));
    return databases.length === 0 ? [] : [{ ...change, databases }];
  };
  const databases = Object.entries(step.databases).filter(([database]) => places.has(database));
  return {
    ...step,
    databases: Object.fromEntries(databases),
    changes: step.changes.flatMap(changesHere),
    ...(step.brief ? { brief: step.brief.flatMap(changesHere) } : {}),
    ...(step.kept ? { kept: step.kept.filter(isHere) } : {}),
    rebuilds: step.rebuilds.filter(isHere),
  };
}
