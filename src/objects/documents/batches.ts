import { bytesPerRequest } from "./in-flight.js";

/** The maximum per request. */
const mostDocuments = 1_000;

/**
 * Only one batch is held in memory, for any source of documents.
 *
 * @param documents the maximum number in a batch; `Infinity`: only the size counts
 */
export async function* batchesOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  bytesOf: (item: Item) => number,
  documents = mostDocuments,
): AsyncGenerator<Item[]> {
  const batch = new Batch(bytesOf, documents);
  for await (const item of items) {
    const full = batch.add(item);
    if (full) yield full;
  }
  if (batch.items.length > 0) yield batch.items;
}

/**
 * The same for items that arrive in groups.
 *
 * @param most a lower maximum number in a batch
 */
export async function* batchesOfGroups<Item>(
  groups: AsyncIterable<readonly Item[]>,
  bytesOf: (item: Item) => number,
  most = mostDocuments,
): AsyncGenerator<Item[]> {
  const batch = new Batch(bytesOf, Math.max(1, Math.min(mostDocuments, most)));
  for await (const group of groups) {
    for (const item of group) {
      const full = batch.add(item);
      if (full) yield full;
    }
  }
  if (batch.items.length > 0) yield batch.items;
}

class Batch<Item> {
  items: Item[] = [];
  #bytes = 0;
  readonly #most = bytesPerRequest();

  constructor(
    readonly bytesOf: (item: Item) => number,
    readonly documents: number,
  ) {}

  /** Returns the previous batch if it has no room for the item. */
  add(item: Item): Item[] | undefined {
    const more = this.bytesOf(item);
    const { items } = this;
    const isFull = items.length > 0 && (items.length >= this.documents || this.#bytes + more > this.#most);
    if (isFull) {
      this.items = [];
      this.#bytes = 0;
    }
    this.items.push(item);
    this.#bytes += more;
    return isFull ? items : undefined;
  }
}
