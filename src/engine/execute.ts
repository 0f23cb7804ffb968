/**
 * The one loop that applies steps. Their writes are guarded by nothing (for what ledger and lease need), by the set's
 * lease, or by the leases of parts. `settle` decides what happens to each step.
 */
import pMap from "p-map";
import { MigrateError, toMigrateError } from "../contract/errors.js";
import { allOf, type Guard } from "../couch/guard.js";
import { createdBy, divisionOf, isAbsentFromNew } from "../kinds/traits.js";
import type { Lease } from "../ledger/lease.js";
import type { Step } from "../migrations/step.js";
import type { Assessment } from "./assess.js";
import { type Converged, converge, untilNoDoubt } from "./converge.js";
import { contextOf, missingDatabase } from "./examine.js";
import { partsOf, standings, takePart } from "./parts.js";
import { runInOrder } from "./schedule.js";
import { type Run, runUnder } from "./session.js";
import { latestWork } from "./summarise.js";
import { type Place, placesOf, saidOf, type Unit, type Units } from "./units.js";
import { withoutSecrets } from "./without-secrets.js";

export interface Job {
  readonly run: Run;
  readonly seen: Assessment;
  /** Absent: the writes need no guard. */
  readonly guard?: Guard;
  /**
   * Why the run ends, if no step is the cause. A step that this interrupts has not failed: the next run continues it.
   */
  endings(): readonly MigrateError[];
  /** Why nothing could be written; it replaces the error that a kind throws. Absent: writing was possible. */
  unwritable?(): MigrateError | undefined;
  settle(unit: Unit, done: Done): Promise<void>;
}

interface Held extends Job {
  /**
   * The run, with a gateway that writes under the guard. All steps use the same one, so that they can share requests.
   */
  readonly held: Run;
  /** Why the step can't be completed, by database: some of its parts are not done there. */
  readonly unfinished?: ReadonlyMap<string, MigrateError>;
}

interface Success {
  readonly place: Place;
  readonly converged: Converged;
}

interface Failed {
  readonly place: Place;
  readonly error: MigrateError;
}

/** The result of one unit in its places. */
export interface Done {
  readonly places: readonly Place[];
  readonly succeeded: readonly Success[];
  readonly failed: readonly Failed[];
  /** Interrupted because the run ends. */
  readonly cut: readonly Failed[];
  readonly milliseconds: number;
}

/**
 * Applies the units in order. Starts nothing new after one has failed or the run ends. Returns the ids of the steps
 * that were not started, in the order of the files. Throws what `settle` throws.
 */
export async function execute(job: Job, { groups, needs }: Units): Promise<string[]> {
  const { run, guard } = job;
  const held = { ...job, held: guard ? runUnder(run, guard) : run };
  const { written } = latestWork(run.outcomes);
  let failing = false;
  const stopped = () => failing || job.endings().length > 0;
  const left = await runInOrder(needs, run.concurrency, stopped, async (group) => {
    const work = (groups[group] ?? []).map(async (unit) => {
      const { id } = unit.decision.step;
      if (!written.has(id)) run.emit({ type: "step-begin", ...saidOf(unit) });
      const done = await inPlaces(held, unit);
      failing ||= done.failed.length > 0;
      await job.settle(unit, done);
    });
    await allDone(work);
  });
  const ids = new Set(left.flatMap((group) => groups[group] ?? []).map(({ decision }) => decision.step.id));
  return run.steps.flatMap(({ id }) => (ids.has(id) ? id : []));
}

async function inPlaces(job: Held, unit: Unit): Promise<Done> {
  const began = performance.now();
  const { step } = unit.decision;
  const places = placesOf(job.run, unit, job.seen, job.run.inventory.existing);
  const inParts = divisionOf(step) && !unit.part;
  const all = inParts ? await afterParts(job, step, places) : await inEach(job, step, places);
  const cause = job.unwritable?.();
  const ended = all.flatMap((one) => ("error" in one ? { ...one, error: cause ?? one.error } : []));
  const endings = new Set(job.endings().map(({ code }) => code));
  return {
    places,
    succeeded: all.flatMap((one) => ("error" in one ? [] : one)),
    failed: ended.filter(({ error }) => !endings.has(error.code)),
    cut: ended.filter(({ error }) => endings.has(error.code)),
    milliseconds: Math.round(performance.now() - began),
  };
}

function inEach(job: Held, step: Step, places: readonly Place[]): Promise<(Success | Failed)[]> {
  return pMap(places, (place) => inPlace(job, step, place), { concurrency: job.run.concurrency });
}

/**
 * Completes a step that other processes started in parts: first the remaining parts, one after another, then the rest
 * of the step. Waits for a process that works on a part. Holds the leases of all parts until the end.
 */
async function afterParts(job: Held, step: Step, places: readonly Place[]): Promise<(Success | Failed)[]> {
  const { run, guard } = job;
  const databases = places.flatMap(({ database }) => (database && run.inventory.exists(database) ? [database] : []));
  const divided = await standings(run, step, databases);
  const most = Math.max(0, ...[...divided.values()].map(({ of }) => of));
  const leases: Lease[] = [];
  const failed = new Map<string, MigrateError>();
  const under = (): Held => {
    const all = allOf([...(guard ? [guard] : []), ...leases]);
    return { ...job, guard: all, held: runUnder(run, all) };
  };
  try {
    for (let part = 1; part <= most; part += 1) {
      leases.push(await takePart(run, step, part));
      const open = [...divided].filter(([database, { of }]) => part <= of && !failed.has(database));
      const inPart = open.map(([database]) => ({ database, part }));
      for (const one of await inEach(under(), step, inPart)) {
        if ("error" in one && one.place.database !== undefined) failed.set(one.place.database, one.error);
      }
    }
  } catch (thrown) {
    for (const database of divided.keys()) failed.set(database, failed.get(database) ?? toMigrateError(thrown));
  }
  try {
    return await inEach({ ...under(), unfinished: failed }, step, places);
  } finally {
    await Promise.all(leases.map((lease) => lease.release()));
  }
}

async function inPlace(job: Held, step: Step, place: Place): Promise<Success | Failed> {
  const { run, held } = job;
  const { database, part } = place;
  const assertHeld = () => (job.guard ? job.guard.assertHeld() : run.signal.throwIfAborted());
  try {
    if (part !== undefined && database !== undefined) {
      const context = { ...contextOf(held, step, { database }), assertHeld };
      await untilNoDoubt(held, database, assertHeld, () => partsOf(step).apply(part, context));
      return { place, converged: { wrote: true, created: [], warnings: [], kept: [] } };
    }
    const exists = database === undefined || run.inventory.exists(database);
    if (!exists && !createdBy(step).includes(database)) {
      throw new MigrateError("refused", { message: missingDatabase(database), next: "Add the step, then run again." });
    }
    const unfinished = database === undefined ? undefined : job.unfinished?.get(database);
    if (unfinished) throw unfinished;
    const present = exists && !isAbsent(run, step, database);
    return { place, converged: await converge(held, step, place, present, assertHeld) };
  } catch (thrown) {
    return { place, error: withoutSecrets(thrown, run.secrets) };
  }
}

/** A database that this run has created need not be observed. */
function isAbsent({ inventory }: Run, step: Step, database: string | undefined): boolean {
  return database !== undefined && inventory.madeHere(database) && isAbsentFromNew(step);
}

/** Rejects with the first error, after all have ended. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === "rejected") throw outcome.reason;
}
