/**
 * A transformation that several processes share, each with a range of ids.
 *
 * A process holds the set's lease while it divides the work, or starts it undivided. From then on, a `Division` takes
 * the place of the marker, and each part is a transformation of its own: it has its own marker, records and range,
 * also when it reads `_changes`. A process that writes for a part holds the lease of that part, and has read the
 * division under it.
 *
 * A part that is done keeps its records, because documents may still arrive in its range. When all parts are done,
 * the process that holds the set's lease and those of all parts checks once more what has arrived in each. So every
 * document that arrives before the step is done is changed, as if one process did all the work. Then the division
 * records that the work is over, the records and markers of the parts are removed, and the single marker says `done`.
 */
import pMap from "p-map";
import { bug, MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import type { PartsStanding, StepIdentity } from "../steps/kind.js";
import { boundsOf, rangeOf } from "./bounds.js";
import { type Division, isDivision, isUndivided, type Marker, MarkerStore, noCounts, sumOf } from "./marker.js";
import { type Ending, Transformation, type TransformationOptions } from "./transformation.js";

export interface Standing extends PartsStanding {
  /** How many documents have been changed. */
  readonly changed: number;
}

const side = 4;

/**
 * Divides the work, unless it is divided already. The caller holds the set's lease. Throws `refused` if it is divided
 * into another number of parts, or was started undivided.
 */
export async function divide(couch: Couch, database: string, step: StepIdentity, parts: number): Promise<void> {
  const store = new MarkerStore(couch, database, step);
  const found = await store.read();
  if (isDivision(found)) {
    if (found.bounds.length + 1 !== parts) throw otherNumber(database, step, found.bounds.length + 1, parts);
  } else if (found) {
    if (found.state !== "done") throw begunUndivided(database, step);
  } else {
    const bounds = await boundsOf(couch, database, parts);
    const { set, id, checksum } = step;
    const startedAt = new Date().toISOString();
    const kind = "transformDocuments";
    await store.write({ formatVersion: 1, kind, set, step: id, checksum, state: "in-parts", startedAt, bounds });
  }
}

/** `undefined`: the work is not divided. */
export async function standing(couch: Couch, database: string, step: StepIdentity): Promise<Standing | undefined> {
  const division = await new MarkerStore(couch, database, step).read();
  return isDivision(division) ? standingOf(division, couch, database, step) : undefined;
}

export async function standingOf(
  { state, bounds, counts }: Division,
  couch: Couch,
  database: string,
  step: StepIdentity,
): Promise<Standing> {
  const of = bounds.length + 1;
  if (state === "removing-parts") return { of, open: [], changed: counts?.changed ?? 0 };
  const markers = await pMap(numbers(of), (part) => readPart(new MarkerStore(couch, database, step, part)), {
    concurrency: side,
  });
  const open = numbers(of).filter((part) => !isDone(markers[part - 1], step));
  return { of, open, changed: markers.reduce((sum, marker) => sum + (marker?.counts.changed ?? 0), 0) };
}

/** Works on one part until all of its existing documents are changed. The caller holds the lease of that part. */
export async function transformPart(number: number, options: TransformationOptions): Promise<void> {
  const { context, database, step } = options;
  const division = await new MarkerStore(context.couch, database, step).read();
  if (!isDivision(division) || division.state !== "in-parts") return;
  const { open, isDone } = await lookAtPart(number, division, options);
  if (!isDone) await (await open()).bringUpToDate();
}

/** What is left to do when all parts are done. The caller holds the leases of the set and of all parts. */
export async function finishParts(options: TransformationOptions): Promise<Ending> {
  const { context, database, step } = options;
  const store = new MarkerStore(context.couch, database, step);
  const found = await store.read();
  if (!isDivision(found)) throw bug(`${store.name} in ${database} belongs to work that is not divided into parts`);
  let [division, arriving] = [found, 0];
  if (division.state === "in-parts") {
    let counts = noCounts;
    for (const number of numbers(division.bounds.length + 1)) {
      const { open, isDone } = await lookAtPart(number, division, options);
      if (!isDone) throw bug(`part ${number} of ${step.id} in ${database} is not done`);
      const part = await open();
      await part.catchUpAgain();
      counts = sumOf(counts, part.result.counts);
      arriving += part.result.arriving;
    }
    context.assertHeld?.();
    division = { ...division, checksum: step.checksum, state: "removing-parts", counts };
    await store.write(division);
  }
  for (const number of numbers(division.bounds.length + 1)) {
    const part = new MarkerStore(context.couch, database, step, number);
    const marker = await readPart(part);
    if (!marker) continue;
    await part.removeRecords(marker);
    await part.remove();
  }
  const { bounds: _, counts = noCounts, ...rest } = division;
  await store.write({ ...rest, state: "done", since: "", walks: [0], records: 0, later: 0, counts });
  return { counts, arriving };
}

/** The state of a part; `open` starts or continues it. */
async function lookAtPart(
  number: number,
  { bounds }: Division,
  options: TransformationOptions,
): Promise<{ readonly isDone: boolean; open(): Promise<Transformation> }> {
  const { context, database, step } = options;
  const store = new MarkerStore(context.couch, database, step, number);
  const marker = await readPart(store);
  const part = { number, of: bounds.length + 1, range: rangeOf(bounds, number) };
  return { isDone: isDone(marker, step), open: () => Transformation.open(options, store, marker, part) };
}

async function readPart(store: MarkerStore): Promise<Marker | undefined> {
  const found = await store.read();
  return isUndivided(found) ? found : undefined;
}

/** In the present form of the step. */
function isDone(marker: Marker | undefined, { checksum }: StepIdentity): boolean {
  return marker?.state === "caught-up" && marker.checksum === checksum;
}

function numbers(of: number): number[] {
  return Array.from({ length: of }, (_, index) => index + 1);
}

function otherNumber(database: string, { id }: StepIdentity, is: number, wanted: number): MigrateError {
  return new MigrateError("refused", {
    message: `${id} is already divided into ${is} parts in ${database}, and can't be divided into ${wanted}`,
    data: { database, parts: is, wanted },
    next: `Run its parts with \`--part 1/${is}\` to \`--part ${is}/${is}\`, or \`apply\` without --part, which does the rest.`,
  });
}

function begunUndivided(database: string, { id }: StepIdentity): MigrateError {
  return new MigrateError("refused", {
    message: `${id} was started in ${database} by a run without --part, and can't be divided any more`,
    data: { database },
    next: "Run `apply` without --part to finish it.",
  });
}
