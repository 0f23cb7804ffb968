/** Compares files, ledger and databases, and finds what is due. Every command starts with it. */
import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { KeptStep, Warning } from "../contract/results.js";
import { assertRoot } from "../couch/identity.js";
import { existingOf, unknownIncarnation } from "../couch/inventory.js";
import { assumeNodes } from "../couch/nodes.js";
import { namedDatabases } from "../kinds/targets.js";
import { isOnce, isVolatile } from "../kinds/traits.js";
import { entryOf } from "../ledger/entry-of.js";
import type { Ledger, StoredLedger } from "../ledger/ledger.js";
import { readLedger } from "../ledger/store.js";
import { groupBy } from "../text/group-by.js";
import { assessFiles, type FilesSeen, refusalOf } from "./assess-files.js";
import { type Decision, databasesElsewhere, decide, orphans, type PlacedStep } from "./decide.js";
import { databaseByDatabase, examine } from "./examine.js";
import { namingSteps } from "./nodes-closed.js";
import { isOfOnePlace } from "./of-one-place.js";
import { placedKept } from "./placed-kept.js";
import { placeSteps, targetsOf } from "./places.js";
import { isNotReady, type Run, whenReached } from "./session.js";
import { assertNoOverlaps } from "./set-checks.js";

/** What ledger, databases and files show at one moment, and what follows from it. */
export interface Assessment {
  readonly stored: StoredLedger | undefined;
  /** How the files compare with the ledger. */
  readonly files: FilesSeen;
  /** The databases of the steps that exist, each with its incarnation. */
  readonly existing: ReadonlyMap<string, string>;
  readonly decisions: readonly Decision[];
  readonly orphaned: readonly string[];
  /** Ids of the steps to apply. */
  readonly due: ReadonlySet<string>;
  /** Warnings of the steps that were examined and are not due. */
  readonly warnings: readonly Warning[];
  /** Of those steps: the ones that leave the server different from the files. */
  readonly kept: readonly KeptStep[];
  /** Why the files are refused, if the assessment continues with them. */
  readonly refusal?: MigrateError;
  /** Why the ledger could not be read, if the assessment continues without it. */
  readonly unread?: MigrateError;
}

export interface AssessOptions {
  /**
   * Take the cluster's nodes from the ledger instead of asking, which saves a no-op run one request. A node that has
   * joined since is noticed by the next run that has work, and by `--verify`, plan and status.
   */
  readonly trustNodes?: boolean;
  /** Continue without the ledger if the user may not read it. */
  readonly withoutLedger?: boolean;
  /** Continue with files whose release is refused. */
  readonly withRefused?: boolean;
  /** Examine no step on the server: the caller does that, or needs only the ledger. */
  readonly unexamined?: boolean;
}

/** An assessment before its steps are examined. */
type Seen = Omit<Assessment, "due" | "warnings" | "kept">;

/** @param before a recent assessment; it is returned if the ledger has not been written since */
export async function assess(run: Run, options: AssessOptions = {}, before?: Assessment): Promise<Assessment> {
  const stored = await storedLedger(run, options);
  if (before && before.stored?.rev === stored.stored?.rev) return before;
  return withDue(run, await look(run, options, stored), options);
}

/** As `assess`, but waits for CouchDB. */
export async function assessWhenReady(run: Run, options: AssessOptions = {}): Promise<Assessment> {
  const seen = await whenReached(run, async (again) => {
    return look(run, options, await storedLedger(run, options, again ? undefined : run.first?.ledger));
  });
  return withDue(run, seen, options);
}

/** The assessment of these steps only. */
export function narrowed(assessment: Assessment, isOf: (id: string) => boolean): Assessment {
  return { ...assessment, due: new Set([...assessment.due].filter(isOf)), warnings: [], kept: [] };
}

async function storedLedger(
  run: Run,
  { withoutLedger = false }: AssessOptions,
  asked = readLedger(run.couch, run.place),
): Promise<Pick<Seen, "stored" | "unread">> {
  try {
    return { stored: await asked };
  } catch (error) {
    if (!withoutLedger || !(error instanceof MigrateError) || error.code !== "missing-permission") throw error;
    return { stored: undefined, unread: error };
  }
}

/**
 * Reads what the decision needs to know about the databases. If nothing is pending, a run reads only this, the ledger
 * and the admins. The ledger is read first, and alone, so that wrong credentials are tried once.
 */
async function look(
  run: Run,
  { trustNodes = false, withRefused = false }: AssessOptions,
  { stored, unread }: Pick<Seen, "stored" | "unread">,
): Promise<Seen> {
  // A ledger proves that this is the root of a CouchDB; without one, it has to be checked.
  if (!stored && !run.reach.connected) await assertRoot(run.couch);
  if (trustNodes && stored?.ledger.nodes) assumeNodes(run.couch, stored.ledger.nodes);
  const [existing, files] = await Promise.all([
    existingDatabases(run),
    assessFiles(run, stored?.ledger, run.couch.login),
  ]);
  const refusal = refusalOf(files, stored?.ledger, run.place);
  if (refusal && !withRefused) throw refusal;
  const older = files.older !== undefined;
  // Older files are not applied, so other problems with them don't matter.
  if (!older) assertNoOverlaps(run.steps, existing, run.place.database);
  const placed = placeSteps(run, existing);
  const { ledger, ambiguous } = files.renamed;
  const elsewhere = older ? new Map() : await existingElsewhere(run, placed, ledger);
  const seen = {
    incarnations: new Map([...elsewhere, ...existing]),
    secretsChanged: files.secrets.changed,
  };
  return {
    stored,
    files,
    existing,
    decisions: decide(placed, ledger, seen, { place: run.place, path: run.migrations.path, older, ambiguous }),
    orphaned: orphans(placed, ledger, run.migrations.elsewhere),
    ...(refusal === undefined ? {} : { refusal }),
    ...(unread === undefined ? {} : { unread }),
  };
}

/** The steps that are not applied, and the examined steps that do not hold, are due. */
async function withDue(run: Run, seen: Seen, { unexamined = false }: AssessOptions): Promise<Assessment> {
  const due = new Set<string>();
  const examined: Decision[] = [];
  for (const decision of seen.decisions) {
    if (decision.state === "pending" || decision.state === "changed") due.add(decision.step.id);
    else if (decision.state === "applied" && isLookedAt(decision.step, run.verify)) examined.push(decision);
  }
  if (unexamined) return { ...seen, due, warnings: [], kept: [] };
  /** A step that can't be examined is due: applying it shows in which databases it fails. */
  const failed = (thrown: unknown): undefined => {
    if (!isOfOnePlace(toMigrateError(thrown))) throw thrown;
  };
  const places = examined.flatMap(({ step }) =>
    targetsOf(run, step, seen.existing).map((target) => ({ step, ...target })),
  );
  const looked = await namingSteps(run.steps, () =>
    databaseByDatabase(run, places, async ({ step, ...target }) => ({
      id: step.id,
      database: target.database,
      difference: await examine(run, step, target, true).catch(failed),
    })),
  );
  for (const { id, difference } of looked) if (difference?.action !== "none") due.add(id);
  const byId = groupBy(looked, ({ id }) => id);
  // Applying the steps that are due reports theirs.
  const holding = examined.flatMap(({ step: { id } }) => (due.has(id) ? [] : [{ id, found: byId.get(id) ?? [] }]));
  return {
    ...seen,
    due,
    warnings: holding.flatMap(({ id, found }) =>
      found.flatMap(({ difference }) => difference?.warnings ?? []).map((warning) => ({ ...warning, id })),
    ),
    kept: holding.flatMap(({ id, found }) => {
      const differences = found.flatMap(({ database, difference }) =>
        placedKept(difference?.kept ?? [], found.length, database),
      );
      return differences.length > 0 ? [{ id, differences }] : [];
    }),
  };
}

/** A one-time step is not examined again: the data may have changed since. */
function isLookedAt(step: Decision["step"], verify: boolean): boolean {
  return isVolatile(step) || (verify && !isOnce(step));
}

/** Databases that are recorded for steps which no longer work in any of them, and that still exist. */
async function existingElsewhere(
  run: Run,
  placed: readonly PlacedStep[],
  ledger: Ledger | undefined,
): Promise<Map<string, string>> {
  const names = placed.flatMap((one) => databasesElsewhere(one, entryOf(ledger, one.step.id)));
  return existingOf(await run.inventory.incarnations([...new Set(names)], unreadable(run)));
}

/** The databases that the steps name or match and that exist, each with its incarnation. */
export function existingDatabases(run: Run): Promise<ReadonlyMap<string, string>> {
  return run.inventory.look(run.steps.flatMap(namedDatabases), unreadable(run));
}

/**
 * A database that can't be read counts as existing: the step that works in it reports what is wrong, and the other steps
 * continue.
 */
function unreadable(run: Run): (name: string, error: unknown) => string {
  return (name, error) => {
    if (!(error instanceof MigrateError) || isNotReady(error) || !isOfOnePlace(error)) throw error;
    if (error.code !== "missing-permission") {
      run.emit({ type: "warning", code: "unreadable", message: `database ${name} can't be read: ${error.message}` });
    }
    return unknownIncarnation;
  };
}
