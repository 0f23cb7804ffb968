/** What a run does while it holds the set's lease. */
import pMap from "p-map";
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import type { Warning } from "../contract/results.js";
import type { Guard } from "../couch/guard.js";
import { assumeNodes } from "../couch/nodes.js";
import { takeLeaseIfNeeded } from "../ledger/lease.js";
import type { Snapshot } from "../ledger/snapshot.js";
import type { StepKind } from "../steps/kind.js";
import { kindOf } from "../steps/targets.js";
import type { Decision } from "./decide.js";
import { examine } from "./examine.js";
import { isOfOnePlace } from "./of-one-place.js";
import { ensureLedger, type Look, look, type Run, ready, targetsOf, untilDone } from "./run.js";
import { type Due, Work } from "./work.js";

/** What is done of all that is due; absent: all of it. */
export interface Share {
  of(seen: Look, found: Due): Due;
  /** Done after the steps, where all of them hold, and though there were none. False: it failed. */
  after?(guard: Guard): Promise<boolean>;
}

/** What was done once is not looked at again: the data may have gone on since. */
function isLookedAt({ everyRun, oneTime }: StepKind, verify: boolean): boolean {
  return everyRun === true || (verify && !oneTime);
}

/** The steps to work on: those not applied, those that are looked at on every run and don't hold, drift. */
export async function dueNow(run: Run, seen: Look): Promise<Due> {
  const due = new Set<string>();
  const live: Decision[] = [];
  for (const decision of seen.decisions) {
    if (decision.state === "pending" || decision.state === "changed") due.add(decision.step.id);
    else if (decision.state === "applied" && isLookedAt(kindOf(decision.step), run.verify)) live.push(decision);
  }
  /** What can't be looked at is worked on: the work says in which databases it fails. */
  const failed = (thrown: unknown): undefined => {
    if (!isOfOnePlace(toMigrateError(thrown))) throw thrown;
  };
  const warnings = await pMap(
    live,
    async ({ step }): Promise<Warning[]> => {
      const targets = targetsOf(run, step, seen.existing);
      const differences = await Promise.all(targets.map((target) => examine(run, step, target, true, true))).catch(
        failed,
      );
      if (!differences || differences.some((difference) => difference.action !== "none")) {
        due.add(step.id);
        // The work on it will say them.
        return [];
      }
      return differences.flatMap((one) => one.warnings).map((message) => ({ code: "step", message, id: step.id }));
    },
    { concurrency: run.concurrency, signal: run.signal },
  );
  return { due, warnings: warnings.flat() };
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
 * @param found what is due, of the share only
 */
export async function workUnderLease(
  run: Run,
  seen: Look,
  found: Due,
  why: () => MigrateError | undefined,
  share?: Share,
): Promise<Work> {
  const seenAt = performance.now();
  const pending = run.steps.filter(({ id }) => found.due.has(id)).map(kindOf);
  const everyNode = pending.some((kind) => kind.everyNode);
  const first = pending.some((kind) => kind.first);
  await ready(run, everyNode && !first);
  run.couch.settle();
  run.couch.allowWrites();
  let work = new Work(run, seen, found);
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
    const now = await look(run, {}, { before: recent });
    if (now === seen) return new Work(run, now, found, written);
    const all = await dueNow(run, now);
    return new Work(run, now, share ? share.of(now, all) : all, written);
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
