/**
 * What a transformation remembers beside the data, so that a lost ledger does not run it twice: a `_local` document in
 * the database itself.
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
  /** Of the step, in the form that is being applied. */
  readonly checksum: string;
  /**
   * `removing`: all documents are done, what was recorded on the way is being removed. `caught-up`, of a part only: done,
   * but for what arrives until all other parts are done as well.
   */
  readonly state: "walking" | "catching-up" | "caught-up" | "removing" | "done";
  readonly startedAt: string;
  /** The sequence from which on changes are caught up with. */
  readonly since: string;
  /** The walk has come this far: an id, inclusive. */
  readonly after?: string;
  /**
   * Where each walk's records begin among all. A second walk was begun because the step was edited before it was done;
   * what the first one has changed is not changed again.
   */
  readonly walks: readonly number[];
  /** How many records there are, of walks and of what was caught up with. */
  readonly records: number;
  readonly later: number;
  /** What is about to be written, or was: by id. Recorded before anything of it is sent. */
  readonly pending?: Pending;
  readonly counts: Counts;
}

/** Replaces the marker while the work is done in parts, each with a marker of its own. */
export interface Division {
  readonly formatVersion: 1;
  readonly kind: "transformDocuments";
  readonly set: string;
  readonly step: string;
  readonly checksum: string;
  /** `removing-parts`: all parts are done, what was recorded on the way is being removed. */
  readonly state: "in-parts" | "removing-parts";
  readonly startedAt: string;
  /** The last id of each part but the last one. Parts may be empty: then their bounds are the same. */
  readonly bounds: readonly string[];
  /** Of all parts, once they are done. */
  readonly counts?: Counts;
}

export function isDivision(marker: Marker | Division | undefined): marker is Division {
  return marker?.state === "in-parts" || marker?.state === "removing-parts";
}

export function isUndivided(marker: Marker | Division | undefined): marker is Marker {
  return marker !== undefined && !isDivision(marker);
}

/** An edit that may have taken place or not: base, revision, digest. One that has: its revision. */
export type PendingEdit = readonly [base: string, ours: string, digest: string] | readonly [rev: string];

export interface Pending {
  /** How far the work is once these are done. */
  readonly place: Place;
  readonly edits: Readonly<Record<string, PendingEdit>>;
}

/** Of the walk, or of what is caught up with. */
export type Place = { readonly after: string } | { readonly since: string };

export interface Counts {
  readonly changed: number;
  readonly deleted: number;
  /** Of the documents that were changed, those that have losing revisions, which were left as they are. */
  readonly conflicted: number;
  /** How often a revision came out as it was predicted, and how often not. */
  readonly predicted: number;
  readonly mispredicted: number;
}

/** What one batch has changed: our revision by id. Kept until all is done. */
export interface BatchRecord {
  /** Where the work stood then. A walk's record covers the ids up to `after`, from the one before it on. */
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

/** Enough was predicted right, and nothing wrong, to decide by prediction alone. */
export function isCalibrated({ predicted, mispredicted }: Counts): boolean {
  return predicted > 0 && mispredicted === 0;
}

export type Series = "batch" | "later";

const side = 4;

/** The `_local` documents of one step in one database, or of one part of it. */
export class MarkerStore {
  readonly #couch: Couch;
  readonly #database: string;
  readonly #step: StepIdentity;
  readonly #part: string;
  /** The newest revisions that this process has written. */
  #rev: string | undefined;

  /** @param part of which the markers are; absent: of all, or of the division */
  constructor(couch: Couch, database: string, step: StepIdentity, part?: number) {
    this.#couch = couch;
    this.#database = database;
    this.#step = step;
    this.#part = part === undefined ? "" : `:part-${part}`;
  }

  /** For people. */
  get name(): string {
    return `_local/${this.#id()}`;
  }

  async read(): Promise<Marker | Division | undefined> {
    const stored = await readLocal(this.#couch, this.#document());
    this.#rev = stored?.rev;
    return stored && this.#parsed(stored);
  }

  /** Resolves when a quorum has it. */
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

  /** What is kept of each batch, when it is no longer needed. */
  async removeRecords({ records, later }: Marker): Promise<void> {
    const all = [
      ...Array.from({ length: records }, (_, number) => `:batch-${number}`),
      ...Array.from({ length: later }, (_, number) => `:later-${number}`),
    ];
    await pMap(all, (part) => this.#remove(part), { concurrency: side });
  }

  /** The marker itself: only of a part, after the division says that all are done. */
  async remove(): Promise<void> {
    await this.#remove("");
  }

  async #remove(part: string): Promise<void> {
    await this.#couch.write("DELETE", this.#document(part).path, { accept: [202, 404, 409], repeatable: true });
  }

  /** What was written with a 201 is not there: without it nobody can tell what was changed. */
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
