/** As much as goes into one request: CouchDB's own advice for `_bulk_docs`. */
const most = { documents: 1_000, bytes: 5_000_000 };

/**
 * Whatever the documents come from, only one batch of them is held here.
 *
 * @param documents how many may be in one batch; `Infinity`: only their size matters
 */
export async function* batchesOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  bytesOf: (item: Item) => number,
  documents = most.documents,
): AsyncGenerator<Item[]> {
  const batch = new Batch(bytesOf, documents);
  for await (const item of items) {
    const full = batch.add(item);
    if (full) yield full;
  }
  if (batch.items.length > 0) yield batch.items;
}

/** The same of items that come many at a time. */
export async function* batchesOfGroups<Item>(
  groups: AsyncIterable<readonly Item[]>,
  bytesOf: (item: Item) => number,
): AsyncGenerator<Item[]> {
  const batch = new Batch(bytesOf, most.documents);
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

  constructor(
    readonly bytesOf: (item: Item) => number,
    readonly documents: number,
  ) {}

  /** Returns the batch before the item, if there is no room in it. */
  add(item: Item): Item[] | undefined {
    const more = this.bytesOf(item);
    const { items } = this;
    const isFull = items.length > 0 && (items.length >= this.documents || this.#bytes + more > most.bytes);
    if (isFull) {
      this.items = [];
      this.#bytes = 0;
    }
    this.items.push(item);
    this.#bytes += more;
    return isFull ? items : undefined;
  }
}
