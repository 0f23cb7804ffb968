/**
 * `apply --part`: one part of the first pending step that can be divided. It is done in three pieces of work:
 *
 *  1. Under the set's lease, the earlier steps are applied, and the step is divided.
 *  2. Under its own lease, the part is done in each database, while other processes do theirs.
 *  3. The process that finds all parts done takes the set's lease again and completes the step, as any run would.
 *
 * No part waits for another.
 */
import { MigrateError, toMigrateError } from "../contract/errors.js";
import { mostParts, type PartOption } from "../contract/options.js";
import type { Guard } from "../couch/guard.js";
import { divisionOf } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import type { PartsStanding } from "../steps/kind.js";
import { type Assessment, assess, narrowed } from "./assess.js";
import type { Decision } from "./decide.js";
import { contextOf, examine, missingDatabase } from "./examine.js";
import { type Done, execute } from "./execute.js";
import { NotOlder } from "./not-older.js";
import { fail } from "./outcome.js";
import { partsOf, standings, takePartIfNeeded } from "./parts.js";
import { recordWork } from "./record-work.js";
import { refusedBy } from "./refused-by.js";
import { ensureLedger, type Run, runUnder } from "./session.js";
import { isDone, latestWork } from "./summarise.js";
import { underLease } from "./under-lease.js";
import { saidOf, type Unit } from "./units.js";
import { whereDone } from "./where-done.js";

export function assertIsPart({ number, of }: PartOption): void {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= mostParts;
  if (isCount(of) && isCount(number) && number <= of) return;
  throw new MigrateError("invalid-settings", {
    message: `there is no part ${number} of ${of}: parts are numbered from 1, up to ${mostParts} of them`,
  });
}

export async function applyPart(run: Run, part: PartOption, first: Assessment): Promise<void> {
  const step = run.steps.find((one) => first.due.has(one.id) && divisionOf(one));
  // At this point it is unknown which parts are still to be done.
  run.outcomes.push({ is: "part", step: step?.id ?? null, open: null });
  if (!step) return;
  const seen = await prepared(run, part, step, first);
  const decision = seen && decisionOn(seen, step);
  if (!decision) return;
  if (decision.state === "applied") {
    run.outcomes.push({ is: "part", step: step.id, open: [] });
    return;
  }
  const databases = dueIn(decision);
  const begun = await doPart(run, part, seen, decision);
  if (begun === "older") {
    begin(run, await assess(run, { unexamined: true }), () => false);
    return;
  }
  if (!isDone(latestWork(run.outcomes))) return;
  const open = openIn([...(await standings(run, step, databases)).values()]);
  run.outcomes.push({ is: "part", step: step.id, open, begun });
  if (open.length > 0) return;
  const isOf = (id: string) => id === step.id;
  await underLease(run, begin(run, seen, isOf), { isOf });
}

/** Applies the earlier steps and divides the step, unless that is done. `undefined`: one of these failed. */
async function prepared(run: Run, part: PartOption, step: Step, first: Assessment): Promise<Assessment | undefined> {
  const earlier = new Set(run.steps.slice(0, run.steps.indexOf(step)).map(({ id }) => id));
  const isEarlier = (id: string) => earlier.has(id);
  let seen = first;
  const isReady = narrowed(first, isEarlier).due.size === 0 && !first.files.toNote;
  if (!isReady || !(await isDivided(run, part, step, first))) {
    await underLease(run, begin(run, first, isEarlier), {
      isOf: isEarlier,
      after: (guard) => divide(run, part, step, guard),
    });
    if (!isDone(latestWork(run.outcomes))) return undefined;
    run.couch.forget();
    seen = await assess(run, { unexamined: true });
  }
  begin(run, seen, () => false);
  return seen.files.older ? undefined : seen;
}

/** Starts a piece of work on these steps. */
function begin(run: Run, seen: Assessment, isOf: (id: string) => boolean): Assessment {
  const assessment = narrowed(seen, isOf);
  run.outcomes.push({ is: "begun", assessment });
  return assessment;
}

async function isDivided(run: Run, { of }: PartOption, step: Step, seen: Assessment): Promise<boolean> {
  const decision = decisionOn(seen, step);
  const databases = dueIn(decision);
  if (databases.some((database) => !seen.existing.has(database)) || decision?.refusal) return false;
  const stand = await standings(run, step, databases);
  return databases.every((database) => stand.get(database)?.of === of);
}

/**
 * Runs under the set's lease. If some databases are divided into another number of parts, it fails there and leaves
 * the others undivided.
 */
async function divide(run: Run, { of }: PartOption, step: Step, guard: Guard): Promise<void> {
  run.couch.forget();
  const now = await assess(run, { unexamined: true });
  if (now.files.older) return;
  const decision = decisionOn(now, step);
  if (decision?.refusal) {
    fail(run, step.id, undefined, refusedBy(decision.refusal));
    return;
  }
  const databases = dueIn(decision);
  const missing = databases.filter((database) => !now.existing.has(database));
  for (const database of missing) {
    fail(run, step.id, database, new MigrateError("step-failed", { message: missingDatabase(database) }));
  }
  const stand = await standings(run, step, databases);
  const others = databases.filter((database) => (stand.get(database)?.of ?? of) !== of);
  if (missing.length > 0) return;
  for (const database of others.length > 0 ? others : databases) {
    try {
      guard.assertHeld();
      const held = runUnder(run, guard);
      const { refusal: message } = await examine(held, step, { database }, true);
      if (message !== undefined) throw new MigrateError("refused", { message, data: { id: step.id } });
      await partsOf(step).begin(of, contextOf(held, step, { database }));
    } catch (thrown) {
      fail(run, step.id, database, toMigrateError(thrown));
    }
  }
}

/**
 * Does this part in each database where it is still to be done. False: there is none. `older`: a newer version of the
 * files was noted in the meantime, so the part stopped.
 */
async function doPart(run: Run, part: PartOption, seen: Assessment, decision: Decision): Promise<boolean | "older"> {
  const { number } = part;
  const { step } = decision;
  const databases = dueIn(decision);
  const stillOpen = async () => {
    const stand = await standings(run, step, databases);
    return databases.filter((database) => stand.get(database)?.open.includes(number));
  };
  const open = await stillOpen();
  if (open.length === 0) return false;
  run.couch.allowWrites();
  await ensureLedger(run);
  const lease = await takePartIfNeeded(run, step, number, async () => (await stillOpen()).length > 0);
  if (!lease) return false;
  const guard = new NotOlder(run, lease);
  try {
    // The files may have become older while this process waited for another one.
    await guard.begin();
  } catch (thrown) {
    if (await lease.release()) run.emit({ type: "lease-released" });
    if (!guard.failure) throw thrown;
    return "older";
  }
  const [startedAt, began] = [new Date(), performance.now()];
  try {
    await underPartLease(run, seen, { decision, part: { ...part, databases: open } }, guard);
  } finally {
    if (await lease.release()) run.emit({ type: "lease-released" });
  }
  // Recorded after the release: if many parts end at the same time, recording takes a while, and no runner should
  // have to wait for it.
  await recordWork(run, {
    holder: lease.holder,
    startedAt,
    milliseconds: performance.now() - began,
    part: { step: step.id, number, of: part.of },
  });
  return guard.failure ? "older" : true;
}

async function underPartLease(run: Run, seen: Assessment, unit: Unit, guard: NotOlder): Promise<void> {
  const settle = async ({ decision: { step } }: Unit, { failed, cut, milliseconds }: Done) => {
    for (const { place, error } of failed) fail(run, step.id, place.database, error);
    const why = run.why();
    if (cut.length > 0) run.outcomes.push({ is: "unfinished", id: step.id });
    if (cut.length > 0 && why) run.outcomes.push({ is: "stopped", error: why });
    if (failed.length > 0) return;
    if (cut.length > 0) run.emit({ type: "step-stopped", id: step.id });
    else {
      const where = whereDone(step, unit.part?.databases ?? []);
      run.emit({ type: "step-end", ...saidOf(unit), outcome: "done", ...where, milliseconds });
    }
  };
  const endings = () => [run.why(), guard.failure].filter((error) => error !== undefined);
  await execute({ run, seen, guard, endings, settle }, { groups: [[unit]], needs: [[]] });
}

function decisionOn({ decisions }: Assessment, { id }: Step): Decision | undefined {
  return decisions.find(({ step }) => step.id === id);
}

/** The databases in which the step is due. */
function dueIn(decision: Decision | undefined): string[] {
  return [...(decision?.databases.keys() ?? [])];
}

function openIn(standings: readonly PartsStanding[]): number[] {
  return [...new Set(standings.flatMap(({ open }) => open))].sort((a, b) => a - b);
}
