/**
 * Changes the documents of one database, each exactly once, even if the change is not idempotent: if the process is
 * killed between any two requests, if any answer is lost, and while users write.
 *
 * 1. The walk goes through the database in the order of ids. Before a batch is written, the marker (a `_local`
 *    document
 *    next to the data) records for each document its base revision and the revision that our edit will get. Then
 *    `_bulk_docs` writes, each edit only on its base: if a user has changed a document in the meantime, the edit
 *    conflicts, and the document is read again, transformed again from its present state, recorded again and written.
 * 2. After a kill or a lost answer, the next run checks the history of each recorded document (fate.ts): our revision
 *    is
 *    in it or not. So nothing is ever sent a second time based on a guess.
 * 3. When a batch is done, a separate record keeps the revision that each document got. After the walk, the records
 *    show for every document in `_changes` since the beginning whether it was changed already: our revision is in its
 *    history, no matter how often users have written since. Documents that arrived, or now match, are changed then.
 *    A document that was deleted and recreated since is a new one.
 * 4. The records are removed, and the marker says `done`. How several processes share the work: parts.ts.
 *
 * The revision is predicted (predicted-revision.ts), and each answer shows whether the prediction was correct. If it
 * was not, the content of the revision that followed the base is compared with the intended content; if CouchDB no
 * longer has that either, the error names the documents, and the step stops.
 *
 * One case can't be detected: a user who, at the same time and on the same base, writes exactly the same content. For
 * CouchDB both edits are one revision, and after a lost answer it counts as ours.
 */

import { bug } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import { throwIfStopped } from "../couch/pause.js";
import { isOfLargeAnswer } from "../couch/request-error.js";
import { type Pacer, pacer } from "../objects/documents/pace.js";
import type { StepContext, StepIdentity } from "../steps/kind.js";
import { Batch, type BatchOptions } from "./batch.js";
import { changesSince, momentOf } from "./changes.js";
import type { Edit, Read, Transform } from "./edit.js";
import { Journal } from "./journal.js";
import { type Counts, isDivision, type Marker, MarkerStore, noCounts, type Place } from "./marker.js";
import { oneAhead } from "./one-ahead.js";
import { PageSize } from "./page-size.js";
import { type Conflicts, prepareEdits } from "./prepare.js";
import { type IdRange, isWithin, type Page, Reader, type Selector } from "./reading.js";
import { unchangedAmong } from "./unchanged.js";

export interface TransformationOptions {
  readonly database: string;
  readonly selector: Selector | undefined;
  readonly transform: Transform;
  /** Default: `leave`. */
  readonly conflicts?: Conflicts | undefined;
  readonly step: StepIdentity;
  readonly context: Pick<
    StepContext<unknown>,
    "couch" | "signal" | "progress" | "assertHeld" | "allowDestroy" | "rate"
  >;
}

/** One of the id ranges into which the work is divided. */
export interface Part {
  /** Starting from 1. */
  readonly number: number;
  readonly of: number;
  readonly range: IdRange;
}

export interface Ending {
  readonly counts: Counts;
  /**
   * The number of documents that were changed in the last check for arrivals, if catching up was given up because
   * documents kept arriving.
   */
  readonly arriving: number;
}

/** How often to catch up if documents keep arriving. */
const maxPasses = 30;

/** Starts, or continues where another run stopped, and returns when everything is done. */
export async function transformAll(options: TransformationOptions): Promise<Ending> {
  const { context, database, step } = options;
  const store = new MarkerStore(context.couch, database, step);
  const found = await store.read();
  if (isDivision(found)) throw bug(`${store.name} in ${database} belongs to work that is divided into parts`);
  if (found?.state === "done") return { counts: found.counts, arriving: 0 };
  const transformation = await Transformation.open(options, store, found);
  await transformation.bringUpToDate();
  await transformation.end();
  return transformation.result;
}

async function newMarker(couch: Couch, database: string, { set, id, checksum }: StepIdentity): Promise<Marker> {
  return {
    formatVersion: 1,
    kind: "transformDocuments",
    set,
    step: id,
    checksum,
    state: "walking",
    startedAt: new Date().toISOString(),
    since: await momentOf(couch, database),
    walks: [0],
    records: 0,
    later: 0,
    counts: noCounts,
  };
}

export class Transformation {
  readonly #options: TransformationOptions;
  readonly #journal: Journal;
  readonly #part: Part | undefined;
  readonly #reader: Reader;
  readonly #size: PageSize;
  readonly #pace: Pacer;
  #total = 0;
  #seen = 0;
  #arriving = 0;

  private constructor(options: TransformationOptions, journal: Journal, part: Part | undefined) {
    const { database, selector, context } = options;
    this.#options = options;
    this.#journal = journal;
    this.#part = part;
    this.#reader = new Reader(context.couch, database, selector, part?.range);
    this.#size = new PageSize(context.rate === "auto" ? undefined : context.rate);
    this.#pace = pacer(context, database);
  }

  /** @param found the present marker; `undefined`: there is none, and one is written */
  static async open(
    options: TransformationOptions,
    store: MarkerStore,
    found: Marker | undefined,
    part?: Part,
  ): Promise<Transformation> {
    const { context, database, step } = options;
    const journal = new Journal(store, found ?? (await newMarker(context.couch, database, step)));
    if (!found) await journal.save();
    return new Transformation(options, journal, part);
  }

  get #marker(): Marker {
    return this.#journal.marker;
  }

  get result(): Ending {
    return { counts: this.#marker.counts, arriving: this.#arriving };
  }

  /** Changes all existing documents, and catches up with those that have arrived in the meantime. */
  async bringUpToDate(): Promise<void> {
    await this.#goOn();
    if (this.#marker.state === "walking") await this.#walk();
    if (this.#marker.state === "catching-up") await this.#catchUp();
  }

  /** Catches up once more for a part that is done; after that, its marker says so again. */
  async catchUpAgain(): Promise<void> {
    await this.#goOn();
    await this.#catchUp();
  }

  /** Removes the records, and sets the marker to done. */
  async end(): Promise<void> {
    await this.#journal.store.removeRecords(this.#marker);
    await this.#journal.save({ state: "done" });
  }

  /** First completes what the last run had started. */
  async #goOn(): Promise<void> {
    await this.#journal.rollForward();
    const { pending } = this.#marker;
    if (pending) await this.#batch(pending.place).resume(pending);
    const { checksum } = this.#options.step;
    if (this.#marker.checksum !== checksum && this.#marker.state !== "removing")
      await this.#journal.beginAnew(checksum);
  }

  async #walk(): Promise<void> {
    const { context, database } = this.#options;
    const { body } = await context.couch.read<{ readonly doc_count: number }>(path`/${database}`, { keep: false });
    this.#total = Math.ceil(body.doc_count / (this.#part?.of ?? 1));
    for await (const page of oneAhead(this.#pages(this.#marker.after))) {
      this.#assertGoingOn();
      const place = page.end === undefined ? undefined : { after: page.end };
      await this.#change(await this.#notYet(page.found), place);
      this.#seen += page.looked;
      this.#tell(Math.min(this.#seen, this.#total));
    }
    await this.#journal.save({ state: "catching-up" });
  }

  async *#pages(after: string | undefined): AsyncGenerator<Page> {
    for (let more = true; more; ) {
      const page = await this.#page(after);
      if (!page) continue;
      yield page;
      ({ end: after, more } = page);
    }
  }

  /** `undefined`: the response was too large, so the next page is smaller. */
  async #page(after: string | undefined): Promise<Page | undefined> {
    const size = this.#size.documents;
    try {
      const page = await this.#reader.page(after, size);
      this.#size.seen(page.looked, page.found.length, page.bytes);
      return page;
    } catch (error) {
      if (!isOfLargeAnswer(error) || size === 1) throw error;
      this.#size.tooLarge();
      return undefined;
    }
  }

  async #catchUp(): Promise<void> {
    const { context, database } = this.#options;
    const range = this.#part?.range;
    let [pass, changed] = [0, 1];
    for (; pass < maxPasses && changed > 0; pass += 1) {
      changed = 0;
      for await (const page of oneAhead(changesSince(context.couch, database, this.#marker.since))) {
        this.#assertGoingOn();
        const rows = range ? page.rows.filter(({ id }) => isWithin(range, id)) : page.rows;
        const found = await this.#reader.again(await this.#candidates(rows));
        changed += await this.#change(found, { since: page.last });
        this.#tell(this.#total);
      }
    }
    this.#arriving = changed;
    await this.#journal.save({ state: this.#part ? "caught-up" : "removing" });
  }

  /** Returns how many of the documents had to be changed. */
  async #change(documents: readonly Read[], place: Place | undefined): Promise<number> {
    const edits = await this.#prepare(documents);
    if (!place) return 0;
    if (edits.length === 0) await this.#journal.moved(place);
    else await this.#batch(place).write(edits);
    await this.#pace.did(edits.length);
    return edits.length;
  }

  #batch(place: Place): Batch {
    const { context, database } = this.#options;
    const options: BatchOptions = {
      couch: context.couch,
      database,
      reader: this.#reader,
      journal: this.#journal,
      prepare: async (ids) => this.#prepare(await this.#reader.again(ids)),
      assertGoingOn: () => this.#assertGoingOn(),
    };
    return new Batch(options, place);
  }

  /** In a second walk: the documents that the first one did not change. */
  async #notYet(documents: readonly Read[]): Promise<readonly Read[]> {
    if (this.#marker.walks.length === 1) return documents;
    const candidates = new Set(await this.#candidates(documents));
    return documents.filter(({ id }) => candidates.has(id));
  }

  /** Ids of documents that have no revision of ours. */
  #candidates(documents: readonly { readonly id: string; readonly rev: string }[]): Promise<string[]> {
    return unchangedAmong(documents, this.#journal, this.#reader);
  }

  /** The edits for these documents. */
  #prepare(documents: readonly Read[]): Promise<Edit[]> {
    const { database, context, transform, conflicts = "leave" } = this.#options;
    const allowDestroy = context.allowDestroy ?? false;
    const preparation = { database, reader: this.#reader, transform, allowDestroy, conflicts };
    return prepareEdits(documents, this.#marker.counts.changed, preparation);
  }

  #assertGoingOn(): void {
    const { signal, assertHeld } = this.#options.context;
    throwIfStopped(signal);
    assertHeld?.();
  }

  #tell(done: number): void {
    const { context } = this.#options;
    const what = this.#part ? `checked, part ${this.#part.number} of ${this.#part.of}` : "checked";
    context.progress({ done, total: this.#total, unit: "documents", what });
  }
}
