/** The parts of a step that several processes do together: their leases, and what is left of them. */
import pMap from "p-map";
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import { allOf, type Guard } from "../couch/guard.js";
import { type Lease, type TakeLeaseOptions, takeLease, takeLeaseIfNeeded } from "../ledger/lease.js";
import type { Step } from "../migrations/step.js";
import type { Parts, PartsStanding } from "../steps/kind.js";
import { kindOf } from "../steps/targets.js";
import { untilNoDoubt } from "./converge.js";
import { contextOf } from "./examine.js";
import { type Run, runUnder } from "./session.js";

/** Throws `lease-held` where another process works on this part for longer than `lockWait`. */
function takePart(run: Run, step: Step, number: number): Promise<Lease> {
  return takeLease(run.couch, { ...run.place, part: { step: step.id, number } }, partLeasing(run, number));
}

/** As `takePart`; `undefined`: somebody else who was waited for has left nothing to do. */
export function takePartIfNeeded(
  run: Run,
  step: Step,
  number: number,
  stillNeeded: () => Promise<boolean>,
): Promise<Lease | undefined> {
  const place = { ...run.place, part: { step: step.id, number } };
  return takeLeaseIfNeeded(run.couch, place, { ...partLeasing(run, number), stillNeeded });
}

function partLeasing({ leasing, wait, signal, emit }: Run, part: number): TakeLeaseOptions {
  const { holder, leaseTtl: ttl, lockWait } = leasing;
  const said: Listener = (event) =>
    emit(event.type === "lease-waiting" || event.type === "lease-taken" ? { ...event, part } : event);
  return { holder, ttl, lockWait, wait, emit: said, signal };
}

/** Does one part in these databases; what fails in one does not stop the others. The part's lease is held. */
export async function applyPart(
  run: Run,
  step: Step,
  number: number,
  databases: readonly string[],
  guard: Guard,
): Promise<Map<string, MigrateError>> {
  const parts = partsOf(step);
  const held = runUnder(run, guard);
  const assertHeld = () => guard.assertHeld();
  const failed = new Map<string, MigrateError>();
  const work = async (database: string) => {
    const context = { ...contextOf(held, step, { database }), assertHeld };
    await untilNoDoubt(run, database, assertHeld, () => parts.apply(number, context)).catch((thrown: unknown) => {
      failed.set(database, toMigrateError(thrown));
    });
  };
  await pMap(databases, work, { concurrency: run.concurrency });
  return failed;
}

/** How the parts stand, in those of these databases where the work is divided. Only reads. */
export async function standings(
  run: Run,
  step: Step,
  databases: readonly string[],
): Promise<Map<string, PartsStanding>> {
  const found = new Map<string, PartsStanding>();
  const look = async (database: string) => {
    const standing = await partsOf(step).standing(contextOf(run, step, { database }));
    if (standing) found.set(database, standing);
  };
  await pMap(databases, look, { concurrency: run.concurrency });
  return found;
}

/** All parts of a step, done and held, for what can be done only then. */
export interface TakenParts {
  /** Why not all parts are done there, by database. */
  readonly failed: ReadonlyMap<string, MigrateError>;
  /** The set's lease, and those of all parts. */
  readonly guard: Guard;
  release(): Promise<void>;
}

/**
 * Does what is left of the parts, one after the other; where another process is at work on one, it is waited for.
 * The set's lease is held.
 */
export async function takeAllParts(
  run: Run,
  step: Step,
  databases: readonly string[],
  setLease: Guard,
): Promise<TakenParts> {
  const leases: Lease[] = [];
  const failed = new Map<string, MigrateError>();
  const release = async () => void (await Promise.all(leases.map((lease) => lease.release())));
  const divided = await standings(run, step, databases);
  const most = Math.max(0, ...[...divided.values()].map(({ of }) => of));
  try {
    for (let number = 1; number <= most; number += 1) {
      leases.push(await takePart(run, step, number));
      const open = [...divided].filter(([database, { of }]) => number <= of && !failed.has(database));
      const failures = await applyPart(
        run,
        step,
        number,
        open.map(([database]) => database),
        allOf([setLease, ...leases]),
      );
      for (const [database, error] of failures) failed.set(database, error);
    }
  } catch (thrown) {
    for (const database of divided.keys()) failed.set(database, failed.get(database) ?? toMigrateError(thrown));
  }
  return { failed, guard: allOf([setLease, ...leases]), release };
}

export function partsOf(step: Step): Parts<unknown> {
  const { parts } = kindOf(step);
  if (!parts) throw new Error(`${step.kind} is not done in parts`);
  return parts;
}
