/** What a run does while it holds the set's lease. */
import type { MigrateError } from "../contract/errors.js";
import type { Guard } from "../couch/guard.js";
import { assumeNodes } from "../couch/nodes.js";
import { takeLeaseIfNeeded } from "../ledger/lease.js";
import type { Snapshot } from "../ledger/snapshot.js";
import { kindOf } from "../steps/targets.js";
import { type Assessment, assess } from "./assess.js";
import { ensureLedger, type Run, ready, untilDone } from "./session.js";
import { Work } from "./work.js";

/** What is done of all that is due; absent: all of it. */
export interface Share {
  of(assessment: Assessment): Assessment;
  /** Done after the steps, where all of them hold, and though there were none. False: it failed. */
  after?(guard: Guard): Promise<boolean>;
}

/**
 * Milliseconds for which what was seen before the lease is taken to hold under it, if the ledger is still the same.
 * Each step is looked at once more before it writes, in any case.
 */
const stillRecent = 5_000;

const lostInWork =
  "the lease was lost, because CouchDB did not answer for too long, this process was stopped for too long, or somebody released it; the run takes it again, and goes on";

const mostLostAtOnce = 4;

/**
 * Whose lease is lost in mid-work stops, takes it again, and goes on with what the server then holds, as the next run
 * would: work of hours outlasts a restart of CouchDB.
 *
 * @param seen of the share only
 */
export async function workUnderLease(
  run: Run,
  seen: Assessment,
  why: () => MigrateError | undefined,
  share?: Share,
): Promise<Work> {
  const seenAt = performance.now();
  const pending = run.steps.filter(({ id }) => seen.due.has(id)).map(kindOf);
  const everyNode = pending.some((kind) => kind.everyNode);
  const first = pending.some((kind) => kind.first);
  await ready(run, everyNode && !first);
  run.couch.settle();
  run.couch.allowWrites();
  let work = new Work(run, seen);
  let { written } = work;
  if (first) {
    if (!(await work.first())) return work;
    // Only now it is known which nodes there are.
    await ready(run, everyNode);
  }
  await ensureLedger(run);
  const { holder, leaseTtl: ttl, lockWait } = run.leasing;
  // Another runner may do it all while we wait.
  let waited = first || run.verify || seen.stored?.ledger.nodes !== undefined;
  const again = async () => {
    run.couch.forget();
    assumeNodes(run.couch, undefined);
    const recent = !waited && performance.now() - seenAt < stillRecent ? seen : undefined;
    const now = await assess(run, {}, recent);
    return new Work(run, share ? share.of(now) : now, written);
  };
  for (let lostAtOnce = 0; ; ) {
    const lease = await takeLeaseIfNeeded(run.couch, run.place, {
      holder,
      ttl,
      lockWait,
      wait: run.wait,
      emit: (event) => {
        waited ||= event.type === "lease-waiting";
        run.emit(event);
      },
      signal: run.signal,
      stillNeeded: async () => {
        work = await untilDone(run, again);
        return work.isNeeded || share?.after !== undefined;
      },
    });
    if (!lease) return work;
    const taken = performance.now();
    let snapshot: Snapshot | undefined;
    try {
      work = await again();
      await work.run(lease, holder, why, share?.after);
      snapshot = work.snapshot();
    } finally {
      if (await lease.release(snapshot)) run.emit({ type: "lease-released" });
    }
    if (work.ending?.code !== "lease-lost") return work;
    // One that is lost at once, time and again, can't be kept here at all.
    lostAtOnce = performance.now() - taken < ttl ? lostAtOnce + 1 : 0;
    if (lostAtOnce === mostLostAtOnce) return work;
    run.emit({ type: "warning", code: "lease-lost", message: lostInWork });
    written = work.wrote;
    waited = true;
    await ensureLedger(run);
  }
}
