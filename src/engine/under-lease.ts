/** Takes the set's lease, does the work that is due, and releases the lease. */
import type { Guard } from "../couch/guard.js";
import { assumeNodes } from "../couch/nodes.js";
import { isBootstrap, needsAllNodes } from "../kinds/traits.js";
import { takeLeaseIfNeeded } from "../ledger/lease.js";
import { type Assessment, assess, narrowed } from "./assess.js";
import { execute } from "./execute.js";
import { failByPlan } from "./fail-by-plan.js";
import { assertNodesOpen } from "./nodes-closed.js";
import { fail } from "./outcome.js";
import { failRefused } from "./refused-by.js";
import { ensureLedger, type Run, ready, untilDone } from "./session.js";
import { latestWork } from "./summarise.js";
import { failTooLarge } from "./too-large.js";
import { unitsOf } from "./units.js";
import { work } from "./work.js";

/** The part of the due work to do. Absent: all of it. */
interface Share {
  readonly isOf: (id: string) => boolean;
  /** Runs after the steps if all of them hold, and also if there are none. */
  readonly after?: (guard: Guard) => Promise<void>;
}

/**
 * For how many milliseconds an assessment from before the lease was taken is reused under it, if the ledger is
 * unchanged. In any case, each step is observed again before it writes.
 */
const stillRecent = 5_000;

const lostInWork =
  "the lease was lost because CouchDB did not answer or this process was paused for too long, or because somebody released it; the run takes it again and continues";

const mostLostAtOnce = 4;

/**
 * A run that loses its lease stops, takes the lease again, and continues from the current state of the server, as the
 * next run would. So hours of work survive a restart of CouchDB.
 *
 * @param begun the assessment that the work starts from, narrowed to the share
 */
export async function underLease(run: Run, begun: Assessment, share?: Share): Promise<void> {
  if (failRefused(run, begun) || (await failTooLarge(run, begun))) return;
  // Before the lease as well: what it needs may have to be created, and this may be the wrong server.
  if (await failByPlan(run, begun, { warns: false })) return;
  const begunAt = performance.now();
  const pending = run.steps.filter(({ id }) => begun.due.has(id));
  const everyNode = pending.some(needsAllNodes);
  const first = pending.some(isBootstrap);
  await assertNodesOpen(run.couch, pending);
  await ready(run, everyNode && !first, { loggedIn: true });
  run.couch.allowWrites();
  if (first) {
    if (!(await bootstrap(run, begun))) return;
    // The cluster's nodes are only known now.
    await ready(run, everyNode);
  }
  await ensureLedger(run);
  const { holder, leaseTtl: ttl, leaseWait } = run.leasing;
  // Another runner may do all the work while this one waits.
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
    // If a lease is repeatedly lost right after it was taken, it can't be kept here.
    lostAtOnce = performance.now() - taken < ttl ? lostAtOnce + 1 : 0;
    if (lostAtOnce === mostLostAtOnce) return;
    run.emit({ type: "warning", code: "lease-lost", message: lostInWork });
    waited = true;
    await ensureLedger(run);
  }
}

/** There is work to do under the lease. */
export function isNeeded({ due, files }: Assessment): boolean {
  return due.size > 0 || files.toNote;
}

/**
 * Applies what ledger and lease need, before they exist. What it writes is recorded later, under the lease. Several
 * runners may do this at the same time. False: it failed, so nothing else starts.
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
