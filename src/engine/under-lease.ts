/** Takes the set's lease, has the work done that is due, and releases the lease. */
import type { Guard } from "../couch/guard.js";
import { assumeNodes } from "../couch/nodes.js";
import { isBootstrap, needsAllNodes } from "../kinds/traits.js";
import { takeLeaseIfNeeded } from "../ledger/lease.js";
import { type Assessment, assess, narrowed } from "./assess.js";
import { execute } from "./execute.js";
import { fail } from "./outcome.js";
import { failRefused } from "./refused-by.js";
import { ensureLedger, type Run, ready, untilDone } from "./session.js";
import { latestWork } from "./summarise.js";
import { unitsOf } from "./units.js";
import { work } from "./work.js";

/** What is done of all that is due; absent: all of it. */
interface Share {
  readonly isOf: (id: string) => boolean;
  /** Done after the steps, where all of them hold, and though there were none. */
  readonly after?: (guard: Guard) => Promise<void>;
}

/**
 * Milliseconds for which what was seen before the lease is taken to hold under it, if the ledger is still the same.
 * Each step is looked at once more before it writes, in any case.
 */
const stillRecent = 5_000;

const lostInWork =
  "the lease was lost because CouchDB did not answer or this process was paused for too long, or because somebody released it; the run takes it again and continues";

const mostLostAtOnce = 4;

/**
 * Whose lease is lost in mid-work stops, takes it again, and goes on with what the server then holds, as the next run
 * would: work of hours outlasts a restart of CouchDB.
 *
 * @param begun what the work begins from, of the share only
 */
export async function underLease(run: Run, begun: Assessment, share?: Share): Promise<void> {
  if (failRefused(run, begun)) return;
  const begunAt = performance.now();
  const pending = run.steps.filter(({ id }) => begun.due.has(id));
  const everyNode = pending.some(needsAllNodes);
  const first = pending.some(isBootstrap);
  await ready(run, everyNode && !first);
  run.couch.allowWrites();
  if (first) {
    if (!(await bootstrap(run, begun))) return;
    // Only now it is known which nodes there are.
    await ready(run, everyNode);
  }
  await ensureLedger(run);
  const { holder, leaseTtl: ttl, leaseWait } = run.leasing;
  // Another runner may do it all while we wait.
  let waited = first || run.verify || begun.stored?.ledger.nodes !== undefined;
  const again = async (): Promise<Assessment> => {
    run.couch.forget();
    assumeNodes(run.couch, undefined);
    const recent = !waited && performance.now() - begunAt < stillRecent ? begun : undefined;
    const all = await assess(run, {}, recent);
    const assessment = share ? narrowed(all, share.isOf) : all;
    run.outcomes.push({ is: "assessed", assessment });
    return assessment;
  };
  for (let lostAtOnce = 0; ; ) {
    const lease = await takeLeaseIfNeeded(run.couch, run.place, {
      holder,
      ttl,
      leaseWait,
      wait: run.wait,
      emit: (event) => {
        waited ||= event.type === "lease-waiting";
        run.emit(event);
      },
      signal: run.signal,
      stillNeeded: async () => isNeeded(await untilDone(run, again)) || share?.after !== undefined,
    });
    if (!lease) return;
    const taken = performance.now();
    let snapshot: object | undefined;
    try {
      snapshot = await work(run, await again(), lease, share?.after);
    } finally {
      if (await lease.release(snapshot)) run.emit({ type: "lease-released" });
    }
    if (latestWork(run.outcomes).ending?.code !== "lease-lost") return;
    // One that is lost at once, time and again, can't be kept here at all.
    lostAtOnce = performance.now() - taken < ttl ? lostAtOnce + 1 : 0;
    if (lostAtOnce === mostLostAtOnce) return;
    run.emit({ type: "warning", code: "lease-lost", message: lostInWork });
    waited = true;
    await ensureLedger(run);
  }
}

/** Something is to be done under the lease. */
export function isNeeded({ due, files }: Assessment): boolean {
  return due.size > 0 || files.toNote;
}

/**
 * Brings to hold what ledger and lease need, before there are any; what was written is recorded under the lease. Runners
 * may do this at once. False: it failed, and nothing else is to be begun.
 */
async function bootstrap(run: Run, seen: Assessment): Promise<boolean> {
  await execute(
    {
      run,
      seen,
      endings: () => [run.why()].filter((error) => error !== undefined),
      settle: async ({ decision: { step } }, { succeeded, failed }) => {
        if (run.signal.aborted) return;
        for (const { place, error } of failed) fail(run, step.id, place.database, error);
        if (succeeded.some(({ converged }) => converged.wrote)) run.outcomes.push({ is: "wrote", id: step.id });
      },
    },
    unitsOf(seen, ({ step }) => isBootstrap(step)),
  );
  run.signal.throwIfAborted();
  const failed = new Set(latestWork(run.outcomes).failures.map(({ id }) => id));
  if (failed.size === 0) return true;
  for (const { id } of run.steps) {
    if (seen.due.has(id) && !failed.has(id)) run.outcomes.push({ is: "not-reached", id });
  }
  return false;
}
