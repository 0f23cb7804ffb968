/** Which documents have been changed, and to which revision, according to the records next to the data. */
import type { BatchRecord, Marker, MarkerStore } from "./marker.js";
import { compareIds } from "./reading.js";

const kept = 8;

/**
 * A walk's records are in the order of ids, so only a few of them are needed at a time, for any number of documents.
 * The records from catching up are all held in memory: they only grow with the documents that arrived or were changed
 * in the meantime.
 */
export class Records {
  readonly #store: MarkerStore;
  readonly #full = new Map<number, BatchRecord>();
  readonly #bounds = new Map<number, string>();
  readonly #later = new Map<string, string[]>();
  #loaded = 0;

  constructor(store: MarkerStore) {
    this.#store = store;
  }

  /** Our revisions of this document, if it was changed. */
  async of(
    id: string,
    { walks, records, later }: Pick<Marker, "walks" | "records" | "later">,
  ): Promise<readonly string[]> {
    while (this.#loaded < later) {
      const number = this.#loaded;
      const record = await this.#store.readRecord("later", number);
      if (!record) throw this.#store.lost(`later-${number}`);
      this.noteLater(number, record.revs);
    }
    const found = [...(this.#later.get(id) ?? [])];
    for (const [i, begin] of walks.entries()) {
      const rev = await this.#inWalk(id, begin, walks[i + 1] ?? records);
      if (rev !== undefined) found.push(rev);
    }
    return found;
  }

  /** Adds a record that this process has written, so that it need not be read. */
  noteLater(number: number, revs: Readonly<Record<string, string>>): void {
    if (number !== this.#loaded) return;
    this.#loaded += 1;
    for (const [id, rev] of Object.entries(revs)) this.#later.set(id, [...(this.#later.get(id) ?? []), rev]);
  }

  /** The first record in [begin, end) that covers the id. */
  async #inWalk(id: string, begin: number, end: number): Promise<string | undefined> {
    let [low, high] = [begin, end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIds(await this.#bound(middle), id) < 0) low = middle + 1;
      else high = middle;
    }
    if (low >= end) return undefined;
    const { revs } = await this.#record(low);
    return Object.hasOwn(revs, id) ? revs[id] : undefined;
  }

  async #bound(number: number): Promise<string> {
    const known = this.#bounds.get(number);
    if (known !== undefined) return known;
    const { place } = await this.#record(number);
    const upTo = "after" in place ? place.after : "";
    this.#bounds.set(number, upTo);
    return upTo;
  }

  async #record(number: number): Promise<BatchRecord> {
    const known = this.#full.get(number);
    if (known) {
      this.#full.delete(number);
      this.#full.set(number, known);
      return known;
    }
    const read = await this.#store.readRecord("batch", number);
    if (!read) throw this.#store.lost(`batch-${number}`);
    this.#full.set(number, read);
    const [oldest] = this.#full.keys();
    if (this.#full.size > kept && oldest !== undefined) this.#full.delete(oldest);
    return read;
  }
}
