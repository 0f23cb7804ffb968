/** The parts of a step that several processes share: their leases and their states. */
import pMap from "p-map";
import type { Listener } from "../contract/events.js";
import { divisionOf } from "../kinds/traits.js";
import { type Lease, type TakeLeaseOptions, takeLease, takeLeaseIfNeeded } from "../ledger/lease.js";
import type { Step } from "../migrations/step.js";
import type { Divide, PartsStanding } from "../steps/kind.js";
import { contextOf } from "./examine.js";
import type { Run } from "./session.js";

/** Throws `lease-held` if another process works on this part for longer than `leaseWait`. */
export function takePart(run: Run, step: Step, number: number): Promise<Lease> {
  return takeLease(run.couch, { ...run.place, part: { step: step.id, number } }, partLeasing(run, number));
}

/** Like `takePart`; `undefined`: another process, which this one waited for, has left nothing to do. */
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
  const { holder, leaseTtl: ttl, leaseWait } = leasing;
  const said: Listener = (event) =>
    emit(event.type === "lease-waiting" || event.type === "lease-taken" ? { ...event, part } : event);
  return { holder, ttl, leaseWait, wait, emit: said, signal };
}

/** The states of the parts, in those of these databases where the work is divided. Only reads. */
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

export function partsOf(step: Step): Divide<unknown> {
  const parts = divisionOf(step);
  if (!parts) throw new Error(`${step.kind} can't be divided into parts`);
  return parts;
}
