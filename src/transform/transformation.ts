/**
 * Changes the documents of one database, each exactly once, also where the change is not idempotent: killed between
 * any two requests, with any answer lost, and while users write.
 *
 * 1. The walk goes through the database in the order of ids. Before a batch is written, the marker (a `_local` document
 *    beside the data) records for each document its base revision and the revision that our edit will get. Then
 *    `_bulk_docs` writes, each edit on its base only: what a user has changed meanwhile is a conflict, is read again,
 *    transformed again from what is there now, recorded anew and written.
 * 2. Whoever comes after a kill or a lost answer asks the history of each recorded document (fate.ts): our revision is
 *    in it, or it isn't. So nothing is ever sent a second time on the strength of a guess.
 * 3. When a batch is done, a record of its own keeps which revision each document got. After the walk they tell, for
 *    every document in `_changes` since the beginning, whether it was changed already: our revision is in its history,
 *    however often users have written since. Those that arrived, or came to match, are changed now.
 *    A document that was deleted and made again since is a new one.
 * 4. The records are removed, and the marker says `done`. How several processes share the work: parts.ts.
 *
 * The revision is foretold (predicted-revision.ts), and each answer shows whether rightly. Where it was not, the content
 * of the revision that followed the base is compared with what was meant; where CouchDB has thrown that away too, the
 * documents are named, and the step stops.
 *
 * What can't be told apart: a user who, at the same time and on the same base, makes the very same content. To CouchDB
 * both edits are one revision, and after a lost answer it counts as ours.
 */

import { bug } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import { throwIfStopped } from "../couch/pause.js";
import { isOfLargeAnswer } from "../couch/request-error.js";
import type { StepContext, StepIdentity } from "../steps/kind.js";
import { Batch, type BatchOptions } from "./batch.js";
import { changesSince, momentOf } from "./changes.js";
import type { Edit, Read, Transform } from "./edit.js";
import { Journal } from "./journal.js";
import { type Counts, isDivision, type Marker, MarkerStore, noCounts, type Place } from "./marker.js";
import { Pace } from "./pace.js";
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

/** One of the ranges of ids that the work is divided into. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly range: IdRange;
}

export interface Ending {
  readonly counts: Counts;
  /** How many documents were changed in the last look at what had arrived, where it was given up to wait for none. */
  readonly arriving: number;
}

/** How often to catch up with documents that keep arriving. */
const mostPasses = 30;

/** Starts, or continues where another run stopped, and returns when all is done. */
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
  readonly #pace: Pace;
  #total = 0;
  #seen = 0;
  #arriving = 0;

  private constructor(options: TransformationOptions, journal: Journal, part: Part | undefined) {
    const { database, selector, context } = options;
    this.#options = options;
    this.#journal = journal;
    this.#part = part;
    this.#reader = new Reader(context.couch, database, selector, part?.range);
    this.#size = new PageSize(context.rate);
    this.#pace = new Pace(context.rate, context.signal);
  }

  /** @param found the marker as it is; `undefined`: there is none, and one is written */
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

  /** Until all that is there is changed, and of what arrives meanwhile all that has arrived. */
  async bringUpToDate(): Promise<void> {
    await this.#goOn();
    if (this.#marker.state === "walking") await this.#walk();
    if (this.#marker.state === "catching-up") await this.#catchUp();
  }

  /** Once more what has arrived, of a part that is done; and again the marker says so. */
  async catchUpAgain(): Promise<void> {
    await this.#goOn();
    await this.#catchUp();
  }

  /** What was kept on the way is removed, and the marker says that all is done. */
  async end(): Promise<void> {
    await this.#journal.store.removeRecords(this.#marker);
    await this.#journal.save({ state: "done" });
  }

  /** What the last run had begun comes to its end first. */
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
    for (let after = this.#marker.after, more = true; more; ) {
      this.#assertGoingOn();
      const page = await this.#page(after);
      if (!page) continue;
      const place = page.end === undefined ? undefined : { after: page.end };
      await this.#change(await this.#notYet(page.found), place);
      this.#seen += page.looked;
      this.#tell(Math.min(this.#seen, this.#total));
      after = page.end;
      more = page.more;
    }
    await this.#journal.save({ state: "catching-up" });
  }

  /** `undefined`: it was too large, and the next one is smaller. */
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
    for (; pass < mostPasses && changed > 0; pass += 1) {
      changed = 0;
      for (let more = true; more; ) {
        this.#assertGoingOn();
        const page = await changesSince(context.couch, database, this.#marker.since);
        more = page.more;
        const rows = range ? page.rows.filter(({ id }) => isWithin(range, id)) : page.rows;
        const found = await this.#reader.again(await this.#candidates(rows));
        changed += await this.#change(found, { since: page.last });
        this.#tell(this.#total);
      }
    }
    this.#arriving = changed;
    await this.#journal.save({ state: this.#part ? "caught-up" : "removing" });
  }

  /** Returns how many of the documents were to be changed. */
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

  /** In a second walk: those that were not changed before. */
  async #notYet(documents: readonly Read[]): Promise<readonly Read[]> {
    if (this.#marker.walks.length === 1) return documents;
    const candidates = new Set(await this.#candidates(documents));
    return documents.filter(({ id }) => candidates.has(id));
  }

  /** Ids of those of which no revision is ours. */
  #candidates(documents: readonly { readonly id: string; readonly rev: string }[]): Promise<string[]> {
    return unchangedAmong(documents, this.#journal, this.#reader);
  }

  /** What is to be written of these. */
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
