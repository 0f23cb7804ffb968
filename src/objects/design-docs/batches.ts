import type { DesignDoc } from "./design-doc.js";

const maxBytes = 5_000_000;

/** What goes into one `_bulk_docs` request each. */
export function batches(docs: readonly DesignDoc[]): DesignDoc[][] {
  const found: DesignDoc[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const doc of docs) {
    const size = Buffer.byteLength(JSON.stringify(doc));
    if (bytes + size > maxBytes) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(doc);
    bytes += size;
  }
  return found;
}
