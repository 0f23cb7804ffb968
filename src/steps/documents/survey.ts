/** What of the documents in a file a database lacks. Only reads; holds a few of them, however many there are. */
import pMap from "p-map";
import type { Couch } from "../../couch/couch.js";
import type { JsonObject } from "../json.js";
import type { StepContext } from "../kind.js";
import { batchesOfGroups } from "./batches.js";
import { type Mode, type Pending, pendingOf } from "./compare.js";
import type { Document } from "./document.js";
import type { DocumentFile, Sourced } from "./document-file.js";
import { existingIds, type Place } from "./existing.js";
import { readStored } from "./stored.js";
import { most } from "./summary.js";
import { bytesOfBody } from "./write.js";

/** How many requests are under way at once: more made CouchDB on a single node slower; not measured on a cluster. */
export const inFlight = 4;

export interface Survey {
  readonly missing: number;
  readonly differing: number;
  /** The first of them, to be shown. */
  readonly sample: readonly Pending[];
  /** Before this one there is nothing to do. */
  readonly from: number;
}

/** One document that has work, and its stored content, where there is any. */
export interface Work {
  readonly sourced: Sourced;
  readonly rev?: string;
  readonly stored?: JsonObject;
}

type Context = Pick<StepContext<unknown>, "couch" | "signal" | "progress" | "brief">;

/** With `brief`: no more than whether there is work, and where it begins. */
export async function survey(
  { couch, signal, progress, brief = false }: Context,
  place: Place,
  file: DocumentFile,
  mode: Mode,
): Promise<Survey> {
  if (place.isEmpty) return everything(file);
  const found = new Found();
  let done = 0;
  const batches = batchesOfGroups(
    whileNeeded(file, () => !(brief && found.from < Infinity)),
    bytesOfBody,
  );
  await pMap(
    batches,
    async (batch) => {
      signal.throwIfAborted();
      found.add(await workOf(couch, place, batch, mode));
      done += batch.length;
      progress({ done, total: file.documents, unit: "documents", what: `compared with ${place.database}` });
    },
    { concurrency: inFlight },
  );
  return found.survey();
}

/** Where there is nothing, all of it is missing. */
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
  return [...missing, ...(await differing(couch, place, rest))];
}

async function differing(couch: Couch, { database }: Place, batch: readonly Sourced[]): Promise<Work[]> {
  const documents = batch.map((sourced) => ({ sourced, document: documentOf(sourced) }));
  const idsOf = (wanted: boolean) =>
    documents
      .filter(({ document }) => (document._attachments !== undefined) === wanted)
      .map(({ sourced }) => sourced.id);
  const [bare, withData] = [
    await readStored(couch, database, idsOf(false), { docs: true, keep: false }),
    await readStored(couch, database, idsOf(true), { docs: true, attachments: true, keep: false }),
  ];
  return documents.flatMap(({ sourced, document }) => {
    const pending = pendingOf(document, bare?.get(sourced.id) ?? withData?.get(sourced.id), "overwrite");
    if (!pending) return [];
    const { rev, stored } = pending;
    return [{ sourced, ...(rev === undefined ? {} : { rev }), ...(stored ? { stored } : {}) }];
  });
}

function documentOf({ text }: Sourced): Document {
  return JSON.parse(text) as Document;
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

  /** Batches come in any order; of the sample, the lowest are kept. */
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

  survey(): Survey {
    const sample = this.#sample.map(
      ({ sourced, rev, stored }): Pending => ({
        document: documentOf(sourced),
        ...(rev === undefined ? {} : { rev }),
        ...(stored ? { stored } : {}),
      }),
    );
    return { missing: this.#missing, differing: this.#differing, sample, from: this.from };
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
