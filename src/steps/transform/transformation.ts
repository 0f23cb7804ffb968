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
 * 4. The marker says `done`, and the records are removed.
 *
 * The revision is foretold (predicted-revision.ts), and each answer shows whether rightly. Where it was not, the content
 * of the revision that followed the base is compared with what was meant; where CouchDB has thrown that away too, the
 * documents are named, and the step stops.
 *
 * What can't be told apart: a user who, at the same time and on the same base, makes the very same content. To CouchDB
 * both edits are one revision, and after a lost answer it counts as ours.
 */
import pMap from "p-map";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { MigrateError } from "../../errors.js";
import type { StepContext, StepIdentity } from "../kind.js";
import { Batch, type BatchOptions } from "./batch.js";
import { changesSince, momentOf } from "./changes.js";
import type { Edit, Read, Transform } from "./edit.js";
import { Journal } from "./journal.js";
import { type Counts, type Marker, MarkerStore, type Place } from "./marker.js";
import { Pace } from "./pace.js";
import { PageSize } from "./page-size.js";
import { prepareEdits } from "./prepare.js";
import { isTooLarge, type Page, Reader, type Selector } from "./reading.js";
import { unchangedAmong } from "./unchanged.js";

export interface TransformationOptions {
  readonly database: string;
  readonly selector: Selector | undefined;
  readonly transform: Transform;
  readonly step: StepIdentity;
  readonly context: Pick<
    StepContext<unknown>,
    "couch" | "signal" | "progress" | "assertHeld" | "allowDestroy" | "rate"
  >;
}

/** Documents that go on arriving are caught up with so often. */
const mostPasses = 100;
const side = 4;

/** Begins, or goes on where another run has stopped, and returns when all is done. */
export async function transformAll(options: TransformationOptions): Promise<Counts> {
  const { context, database, step } = options;
  const store = new MarkerStore(context.couch, database, step);
  const found = await store.read();
  if (found?.state === "done") return found.counts;
  const journal = new Journal(store, found ?? (await newMarker(context.couch, database, step)));
  if (!found) await journal.save();
  await new Transformation(options, journal).run();
  return journal.marker.counts;
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
    counts: { changed: 0, deleted: 0, conflicted: 0, predicted: 0, mispredicted: 0 },
  };
}

class Transformation {
  readonly #options: TransformationOptions;
  readonly #journal: Journal;
  readonly #reader: Reader;
  readonly #size: PageSize;
  readonly #pace: Pace;
  #total = 0;
  #seen = 0;

  constructor(options: TransformationOptions, journal: Journal) {
    const { database, selector, context } = options;
    this.#options = options;
    this.#journal = journal;
    this.#reader = new Reader(context.couch, database, selector);
    this.#size = new PageSize(context.rate);
    this.#pace = new Pace(context.rate, context.signal);
  }

  get #marker(): Marker {
    return this.#journal.marker;
  }

  async run(): Promise<void> {
    await this.#goOn();
    if (this.#marker.state === "walking") await this.#walk();
    if (this.#marker.state === "catching-up") await this.#catchUp();
    await this.#removeRecords();
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
    this.#total = body.doc_count;
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
      if (!isTooLarge(error) || size === 1) throw error;
      this.#size.tooLarge();
      return undefined;
    }
  }

  async #catchUp(): Promise<void> {
    const { context, database } = this.#options;
    for (let pass = 1, changed = 1; pass <= mostPasses && changed > 0; pass += 1) {
      changed = 0;
      for (let more = true; more; ) {
        this.#assertGoingOn();
        const page = await changesSince(context.couch, database, this.#marker.since);
        more = page.more;
        const found = await this.#reader.again(await this.#candidates(page.rows));
        changed += await this.#change(found, { since: page.last });
        this.#tell(this.#total);
      }
    }
    await this.#journal.save({ state: "removing" });
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
    const { database, context, transform } = this.#options;
    const allowDestroy = context.allowDestroy ?? false;
    const preparation = { database, reader: this.#reader, transform, allowDestroy };
    return prepareEdits(documents, this.#marker.counts.changed, preparation);
  }

  async #removeRecords(): Promise<void> {
    const { records, later } = this.#marker;
    const all = [
      ...Array.from({ length: records }, (_, number) => ["batch", number] as const),
      ...Array.from({ length: later }, (_, number) => ["later", number] as const),
    ];
    await pMap(all, ([series, number]) => this.#journal.store.removeRecord(series, number), { concurrency: side });
    await this.#journal.save({ state: "done" });
  }

  #assertGoingOn(): void {
    const { signal, assertHeld } = this.#options.context;
    if (signal.aborted) throw stopReason(signal);
    assertHeld?.();
  }

  #tell(done: number): void {
    const { context, database } = this.#options;
    const { changed } = this.#marker.counts;
    context.progress({
      done,
      total: this.#total,
      unit: "documents",
      what: `looked at in ${database}, ${changed} changed`,
    });
  }
}

function stopReason(signal: AbortSignal): MigrateError {
  if (signal.reason instanceof MigrateError) return signal.reason;
  return new MigrateError("interrupted", { message: "the run was interrupted" });
}
