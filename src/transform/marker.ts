/**
 * The state of a transformation, so that a lost ledger does not run it twice: a `_local` document in the database
 * itself.
 */
import pMap from "p-map";
import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { type LocalDocument, readLocal, type StoredLocal, writeLocal } from "../couch/local-document.js";
import { path } from "../couch/path.js";
import type { StepIdentity } from "../steps/kind.js";
import { isObject } from "../text/json.js";

export interface Marker {
  readonly formatVersion: 1;
  readonly kind: "transformDocuments";
  readonly set: string;
  readonly step: string;
  /** The step's checksum, in the form that is being applied. */
  readonly checksum: string;
  /**
   * `removing`: all documents are done, and the records are being removed. `caught-up`, only for a part: done, except
   * for documents that arrive before all other parts are done.
   */
  readonly state: "walking" | "catching-up" | "caught-up" | "removing" | "done";
  readonly startedAt: string;
  /** The sequence from which changes are processed. */
  readonly since: string;
  /** The position of the walk: an id, inclusive. */
  readonly after?: string;
  /**
   * The number of the first record of each walk. A second walk starts if the step was edited before it was done; it
   * does not change again what the first one has changed.
   */
  readonly walks: readonly number[];
  /** The number of records, from walks and from catching up. */
  readonly records: number;
  readonly later: number;
  /** The edits that are being written, by id. Recorded before any of them is sent. */
  readonly pending?: Pending;
  readonly counts: Counts;
}

/** Replaces the marker while the work is divided into parts, each with its own marker. */
export interface Division {
  readonly formatVersion: 1;
  readonly kind: "transformDocuments";
  readonly set: string;
  readonly step: string;
  readonly checksum: string;
  /** `removing-parts`: all parts are done, and the records are being removed. */
  readonly state: "in-parts" | "removing-parts";
  readonly startedAt: string;
  /** The last id of each part except the last one. A part may be empty: then its bounds are equal. */
  readonly bounds: readonly string[];
  /** The sum over all parts, once they are done. */
  readonly counts?: Counts;
}

export function isDivision(marker: Marker | Division | undefined): marker is Division {
  return marker?.state === "in-parts" || marker?.state === "removing-parts";
}

export function isUndivided(marker: Marker | Division | undefined): marker is Marker {
  return marker !== undefined && !isDivision(marker);
}

/**
 * An edit that may or may not have taken place: base, revision, digest. One that has: its revision. The digest is empty
 * if the marker's counts say that predictions decide alone.
 */
export type PendingEdit = readonly [base: string, ours: string, digest: string] | readonly [rev: string];

export interface Pending {
  /** The position after these edits. */
  readonly place: Place;
  readonly edits: Readonly<Record<string, PendingEdit>>;
}

/** The position of the walk, or of catching up. */
export type Place = { readonly after: string } | { readonly since: string };

export interface Counts {
  readonly changed: number;
  readonly deleted: number;
  /** The changed documents that have losing revisions, which were left as they are. */
  readonly conflicted: number;
  /** How often a predicted revision was correct, and how often not. */
  readonly predicted: number;
  readonly mispredicted: number;
}

/** What one batch has changed: our revisions by id. Kept until everything is done. */
export interface BatchRecord {
  /** The position at that time. A walk's record covers the ids from the previous record up to `after`. */
  readonly place: Place;
  readonly revs: Readonly<Record<string, string>>;
  readonly counts: Counts;
}

export const noCounts: Counts = { changed: 0, deleted: 0, conflicted: 0, predicted: 0, mispredicted: 0 };

export function sumOf(one: Counts, other: Counts): Counts {
  return {
    changed: one.changed + other.changed,
    deleted: one.deleted + other.deleted,
    conflicted: one.conflicted + other.conflicted,
    predicted: one.predicted + other.predicted,
    mispredicted: one.mispredicted + other.mispredicted,
  };
}

/** Enough predictions were correct, and none was wrong, to decide by prediction alone. */
export function isCalibrated({ predicted, mispredicted }: Counts): boolean {
  return predicted > 0 && mispredicted === 0;
}

export type Series = "batch" | "later";

const side = 4;

/** The `_local` documents of one step in one database, or of one of its parts. */
export class MarkerStore {
  readonly #couch: Couch;
  readonly #database: string;
  readonly #step: StepIdentity;
  readonly #part: string;
  /** The latest revisions that this process has written. */
  #rev: string | undefined;

  /** @param part the part with these markers; absent: the whole work, or the division */
  constructor(couch: Couch, database: string, step: StepIdentity, part?: number) {
    this.#couch = couch;
    this.#database = database;
    this.#step = step;
    this.#part = part === undefined ? "" : `:part-${part}`;
  }

  /** For messages. */
  get name(): string {
    return `_local/${this.#id()}`;
  }

  async read(): Promise<Marker | Division | undefined> {
    const stored = await readLocal(this.#couch, this.#document());
    this.#rev = stored?.rev;
    return stored && this.#parsed(stored);
  }

  /** Resolves when a quorum has stored it. */
  async write(marker: Marker | Division): Promise<void> {
    const document = this.#document();
    const { rev } = await writeLocal(this.#couch, document, this.#rev, async () => ({
      body: marker,
      current: this.#rev,
    }));
    this.#rev = rev;
  }

  async readRecord(series: Series, number: number): Promise<BatchRecord | undefined> {
    const stored = await readLocal(this.#couch, this.#document(`:${series}-${number}`));
    return stored && (stored.body as BatchRecord);
  }

  async writeRecord(series: Series, number: number, record: BatchRecord): Promise<void> {
    const document = this.#document(`:${series}-${number}`);
    await writeLocal(this.#couch, document, undefined, async () => ({ body: record, current: undefined }));
  }

  /** Removes the records of the batches when they are no longer needed. */
  async removeRecords({ records, later }: Marker): Promise<void> {
    const all = [
      ...Array.from({ length: records }, (_, number) => `:batch-${number}`),
      ...Array.from({ length: later }, (_, number) => `:later-${number}`),
    ];
    await pMap(all, (part) => this.#remove(part), { concurrency: side });
  }

  /** Removes the marker itself: only for a part, after the division says that all parts are done. */
  async remove(): Promise<void> {
    await this.#remove("");
  }

  async #remove(part: string): Promise<void> {
    await this.#couch.write("DELETE", this.#document(part).path, { accept: [202, 404, 409], repeatable: true });
  }

  /** A record that was written with a 201 is missing: without it, it is unknown which documents were changed. */
  lost(what: string): MigrateError {
    return new MigrateError("ledger-unreadable", {
      message: `${this.name}:${what} is gone from ${this.#database}, which recorded what the step ${this.#step.id} has changed there`,
      data: { database: this.#database, id: `${this.name}:${what}` },
      next: "If nodes are missing, bring them back, then run again; otherwise, restore the database.",
    });
  }

  #id(part = ""): string {
    return `couchdb-migrate:${this.#step.set}:${this.#step.id}${this.#part}${part}`;
  }

  #document(part = ""): LocalDocument {
    const what = `the marker of the step ${this.#step.id}`;
    return { path: path`/${this.#database}/_local/${this.#id(part)}`, what, database: this.#database };
  }

  #parsed({ body }: StoredLocal): Marker | Division {
    const marker = body as Partial<Marker>;
    if (!isObject(body) || marker.formatVersion !== 1 || marker.kind !== "transformDocuments" || !marker.checksum) {
      const message = `${this.name} in ${this.#database} is not a marker that this version can read`;
      throw new MigrateError("ledger-unreadable", { message, data: { database: this.#database, id: this.name } });
    }
    return marker as Marker | Division;
  }
}
