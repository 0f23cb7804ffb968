/** What a run does each time it holds the set's lease: it applies the due steps and records them. */
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import type { Guard } from "../couch/guard.js";
import { knownNodes } from "../couch/nodes.js";
import type { Lease } from "../ledger/lease.js";
import type { StoredLedger } from "../ledger/ledger.js";
import type { Assessment } from "./assess.js";
import { execute } from "./execute.js";
import { failByPlan } from "./fail-by-plan.js";
import { fast } from "./fast.js";
import { Noting } from "./noting.js";
import { fail } from "./outcome.js";
import { goneOf, notThere, recordStep } from "./record-step.js";
import { recordWork } from "./record-work.js";
import { Recorder } from "./recorder.js";
import { failRefused } from "./refused-by.js";
import { proven } from "./secrets-check.js";
import { type Run, runUnder } from "./session.js";
import { isDone, latestWork } from "./summarise.js";
import { unitsOf } from "./units.js";

interface Leased {
  readonly run: Run;
  readonly seen: Assessment;
  readonly lease: Lease;
  /** The lease. The files are noted before anything is written under it. */
  readonly noting: Noting;
}

/**
 * Applies what is due, then calls `after`. The files are noted before the first write, or at the end if nothing failed and
 * there was nothing to write. Returns what tells the next run that nothing is left to do.
 */
export async function work(
  run: Run,
  seen: Assessment,
  lease: Lease,
  after?: (guard: Guard) => Promise<void>,
): Promise<object | undefined> {
  const noting = new Noting(run, seen, lease);
  const holds = () => isDone(latestWork(run.outcomes));
  let { stored } = seen;
  if (failRefused(run, seen) || (await failByPlan(run, seen, { warns: true }))) return undefined;
  if (seen.due.size > 0) stored = await allDue({ run, seen, lease, noting });
  if (after && holds()) await after(noting);
  if (seen.due.size === 0 && holds()) {
    try {
      stored = await noting.noted();
    } catch (error) {
      run.outcomes.push({ is: "broken", error: toMigrateError(error) });
    }
  }
  if (!stored || !holds()) return undefined;
  const fastPath = await fast.path?.();
  return fastPath?.takeSnapshot(run, stored);
}

/** Returns the ledger as it is then stored. */
async function allDue({ run, seen, lease, noting }: Leased): Promise<StoredLedger | undefined> {
  const startedAt = new Date();
  const began = performance.now();
  const recorder = new Recorder(
    runUnder(run, noting),
    () => noting.noted(),
    seen.due.size,
    () => run.inventory.settled(),
  );
  run.emit({ type: "run-begin", steps: run.steps.length, pending: seen.due.size });
  const { written } = latestWork(run.outcomes);
  const interruption = () => run.why() ?? lossOf(lease);
  let broken: unknown;
  try {
    const job = {
      run,
      seen,
      guard: noting,
      endings: () => [run.why(), lossOf(lease), noting.failure].filter((error) => error !== undefined),
      unwritable: () => noting.failure,
      settle: recordStep.bind(undefined, { run, recorder, written }),
    };
    const left = await execute(job, unitsOf(seen));
    run.outcomes.push(...left.map((id) => ({ is: "not-reached", id }) as const));
  } catch (error) {
    broken = error;
  }
  await confirmCreated(run);
  const { failures, unfinished, notReached } = latestWork(run.outcomes);
  const left = notReached.length > 0 || unfinished.length > 0;
  const done = broken === undefined && failures.length === 0 && !left;
  let { stored } = seen;
  try {
    if (done) {
      await recorder.begin();
      // Some of the steps alone do not prove it.
      if ([...seen.files.secrets.changed].every((id) => seen.due.has(id))) recorder.secretsHold(proven);
      recorder.nodes = knownNodes(run.couch);
    }
    // If the steps are applied but not recorded, the run must not be reported as done.
    if (done && recorder.isBehind) lease.assertHeld();
    if (!lease.lost.aborted) await recorder.flush();
    stored = recorder.stored;
  } catch (error) {
    broken ??= error;
  }
  const interrupted = left ? interruption() : undefined;
  broken ??= interrupted ? undefined : noting.failure;
  if (broken !== undefined) run.outcomes.push({ is: "broken", error: toMigrateError(broken) });
  else if (interrupted && failures.length === 0) run.outcomes.push({ is: "stopped", error: interrupted });
  // Needs no lease, so that nobody waits for it.
  run.beforeClose.push(recordWork(run, { startedAt, milliseconds: performance.now() - began }));
  return stored;
}

/** Only a read proves that a database was created. The ledger needs its incarnation anyway. */
async function confirmCreated(run: Run): Promise<void> {
  // If the databases can't be read, the ledger can't be written either, and that error says why.
  await run.inventory.settled().catch(() => {});
  const applied = new Set(latestWork(run.outcomes).applied);
  for (const step of run.steps.filter(({ id }) => applied.has(id))) {
    const database = goneOf(run, step);
    if (database !== undefined) fail(run, step.id, database, notThere(database));
  }
}

/** Undefined: the lease is held. */
function lossOf({ lost }: Lease): MigrateError | undefined {
  return lost.aborted ? toMigrateError(lost.reason) : undefined;
}
