/** As much as goes into one request: CouchDB's own advice for `_bulk_docs`. */
const most = { documents: 1_000, bytes: 5_000_000 };

/** Whatever the documents come from, only one batch of them is held here. */
export async function* batchesOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  bytesOf: (item: Item) => number,
): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for await (const item of items) {
    const more = bytesOf(item);
    if (batch.length > 0 && (batch.length >= most.documents || bytes + more > most.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}
