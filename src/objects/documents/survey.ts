/** Finds out which documents in a file a database lacks. Only reads; holds only a few documents at a time. */
import pMap from "p-map";
import type { Couch } from "../../couch/couch.js";
import type { StepContext } from "../../steps/kind.js";
import type { JsonObject } from "../../text/json.js";
import { batchesOfGroups } from "./batches.js";
import { keptOf, type Mode, type Pending, pendingOf } from "./compare.js";
import type { Document } from "./document.js";
import type { DocumentFile, Sourced } from "./document-file.js";
import { parseExact } from "./exact-numbers.js";
import { existingIds, type Place } from "./existing.js";
import { requestsInFlight } from "./in-flight.js";
import type { KeptDocuments } from "./kept.js";
import { readCompared, type Stored } from "./stored.js";
import { most } from "./summary.js";
import { bytesOfBody } from "./write.js";

export interface Survey {
  readonly missing: number;
  readonly differing: number;
  /** The first of them, for display. */
  readonly sample: readonly Pending[];
  /** Documents before this one need no work. */
  readonly from: number;
  /** What differs and is left as it is; absent: nothing, or it was not checked. */
  readonly kept?: KeptDocuments;
}

/** One document with work, and its stored content, if there is any. */
export interface Work {
  readonly sourced: Sourced;
  readonly rev?: string;
  readonly stored?: JsonObject;
}

type Context = Pick<StepContext<unknown>, "couch" | "signal" | "progress">;

/**
 * Only finds out whether there is work, and where it starts; if there is none, whether something is kept, so that a
 * run can say that the step leaves it as it is.
 */
export async function survey(context: Context, place: Place, file: DocumentFile, mode: Mode): Promise<Survey> {
  if (place.isEmpty) return everything(file);
  const { couch, signal } = context;
  const found = new Found();
  const untilWork = whileNeeded(file, () => found.from === Infinity);
  await eachBatch(context, place, file, untilWork, async (batch) => found.add(await workOf(couch, place, batch, mode)));
  if (mode === "ifMissing" && found.from === Infinity) {
    // One batch that differs is enough.
    for await (const batch of batchesOfGroups(file.read(), bytesOfBody)) {
      signal.throwIfAborted();
      found.keep(await differing(couch, place, batch, keptOf));
      if (found.keepsSome) break;
    }
  }
  return found.survey();
}

/** A complete survey, for a plan. `seen`: the result of `survey`. */
export async function surveyInFull(
  context: Context,
  place: Place,
  file: DocumentFile,
  mode: Mode,
  seen: Survey,
): Promise<Survey> {
  if (place.isEmpty) return everything(file);
  const { couch } = context;
  const found = new Found();
  await eachBatch(context, place, file, file.read(), async (batch) => {
    const mayHaveWork = batch.some(({ index }) => index >= seen.from);
    if (mayHaveWork) found.add(await workOf(couch, place, batch, mode));
    if (mode === "ifMissing") found.keep(await differing(couch, place, batch, keptOf));
  });
  return found.survey();
}

async function eachBatch(
  { signal, progress }: Context,
  { database }: Place,
  file: DocumentFile,
  groups: AsyncIterable<readonly Sourced[]>,
  look: (batch: readonly Sourced[]) => Promise<void>,
): Promise<void> {
  let done = 0;
  await pMap(
    batchesOfGroups(groups, bytesOfBody),
    async (batch) => {
      signal.throwIfAborted();
      await look(batch);
      done += batch.length;
      progress({ done, total: file.documents, unit: "documents", what: `compared with ${database}` });
    },
    { concurrency: requestsInFlight(file.largest) },
  );
}

/** If the database is empty, all documents are missing. */
export function everything(file: DocumentFile): Survey {
  const sample = file.first.map((sourced): Pending => ({ document: documentOf(sourced) }));
  return { missing: file.documents, differing: 0, sample, from: 0 };
}

export async function workOf(couch: Couch, place: Place, batch: readonly Sourced[], mode: Mode): Promise<Work[]> {
  const existing = await existingIds(
    couch,
    place,
    batch.map(({ id }) => id),
  );
  const missing = batch.filter(({ id }) => !existing.has(id)).map((sourced): Work => ({ sourced }));
  if (mode === "ifMissing" || existing.size === 0) return missing;
  const rest = batch.filter(({ id }) => existing.has(id));
  return [...missing, ...(await differing(couch, place, rest, toOverwrite))];
}

type Compare = (document: Document, stored: Stored | undefined) => Pending | undefined;

const toOverwrite: Compare = (document, stored) => pendingOf(document, stored, "overwrite");

async function differing(
  couch: Couch,
  { database }: Place,
  batch: readonly Sourced[],
  compare: Compare,
): Promise<Work[]> {
  const documents = batch.map((sourced) => ({ sourced, document: documentOf(sourced) }));
  const bodies = documents.map(({ document }) => document);
  const there = await readCompared(couch, database, bodies, { keep: false });
  return documents.flatMap(({ sourced, document }) => {
    const pending = compare(document, there?.get(sourced.id));
    if (!pending) return [];
    const { rev, stored } = pending;
    return [{ sourced, ...(rev === undefined ? {} : { rev }), ...(stored ? { stored } : {}) }];
  });
}

function documentOf({ text }: Sourced): Document {
  return parseExact(text) as Document;
}

async function* whileNeeded(file: DocumentFile, isNeeded: () => boolean): AsyncGenerator<readonly Sourced[]> {
  for await (const group of file.read()) {
    if (!isNeeded()) return;
    yield group;
  }
}

class Found {
  from = Infinity;
  #missing = 0;
  #differing = 0;
  #sample: Work[] = [];
  #kept = 0;
  #keptSample: Work[] = [];

  /** Batches arrive in any order; the sample keeps the lowest positions. */
  add(work: readonly Work[]): void {
    for (const { sourced, stored } of work) {
      this.from = Math.min(this.from, sourced.index);
      if (stored) this.#differing += 1;
      else this.#missing += 1;
    }
    if (work.length === 0) return;
    this.#sample = [...this.#sample, ...work].sort((a, b) => a.sourced.index - b.sourced.index);
    this.#sample = firstOf(this.#sample, ({ sourced }) => sourced);
  }

  keep(work: readonly Work[]): void {
    if (work.length === 0) return;
    this.#kept += work.length;
    this.#keptSample = [...this.#keptSample, ...work].sort((a, b) => a.sourced.index - b.sourced.index);
    this.#keptSample = firstOf(this.#keptSample, ({ sourced }) => sourced);
  }

  get keepsSome(): boolean {
    return this.#kept > 0;
  }

  survey(): Survey {
    const pending = ({ sourced, rev, stored }: Work): Pending => ({
      document: documentOf(sourced),
      ...(rev === undefined ? {} : { rev }),
      ...(stored ? { stored } : {}),
    });
    const kept = { count: this.#kept, sample: this.#keptSample.map(pending) };
    return {
      missing: this.#missing,
      differing: this.#differing,
      sample: this.#sample.map(pending),
      from: this.from,
      ...(kept.count > 0 ? { kept } : {}),
    };
  }
}

/** As many as are shown. */
export function firstOf<Item>(items: readonly Item[], bodyOf: (item: Item) => { readonly text: string }): Item[] {
  let bytes = 0;
  const kept: Item[] = [];
  for (const item of items) {
    bytes += bodyOf(item).text.length;
    if (kept.length === most.documents || bytes > most.bytes) break;
    kept.push(item);
  }
  return kept;
}
