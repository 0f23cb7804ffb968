/** The marker of a transformation that had another id before. */

import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import type { StepIdentity } from "../steps/kind.js";
import { type Division, isDivision, type Marker, MarkerStore, type Series } from "./marker.js";

/** Reads the marker under the step's own id, or else under the first earlier id that has one. */
export async function readMarker(
  couch: Couch,
  database: string,
  step: StepIdentity,
): Promise<Marker | Division | undefined> {
  return (await new MarkerStore(couch, database, step).read()) ?? (await readFormer(couch, database, step))?.marker;
}

/**
 * Copies the marker and records from an earlier id, then removes them there. After a kill in between, it is done
 * again, or the leftovers are no longer read. `couch` writes under the set's lease. Does nothing if the step has its
 * own marker.
 */
export async function carryOver(couch: Couch, database: string, step: StepIdentity): Promise<void> {
  if (!step.formerly) return;
  const own = new MarkerStore(couch, database, step);
  if (await own.read()) return;
  const former = await readFormer(couch, database, step);
  if (!former) return;
  const { store, marker, id } = former;
  if (isDivision(marker)) {
    const message = `step ${step.id} was started in parts in ${database}, under its former id ${id}`;
    const next = `Give it the id ${id} again until it is done, then rename it.`;
    throw new MigrateError("renamed-step", { message, next, data: { database, id } });
  }
  const series: readonly (readonly [Series, number])[] = [
    ["batch", marker.records],
    ["later", marker.later],
  ];
  for (const [name, count] of series) {
    for (let number = 0; number < count; number += 1) {
      const record = await store.readRecord(name, number);
      // While records are being removed, some are missing.
      if (record) await own.writeRecord(name, number, record);
    }
  }
  await own.write({ ...marker, step: step.id });
  await store.removeRecords(marker);
  await store.remove();
}

async function readFormer(couch: Couch, database: string, step: StepIdentity) {
  for (const id of step.formerly ?? []) {
    const store = new MarkerStore(couch, database, { ...step, id });
    const marker = await store.read();
    if (marker) return { store, marker, id };
  }
  return undefined;
}
