/** How much of documents is under way at the same time. */
import { heapLimit } from "../../text/memory.js";

/** More concurrent requests made CouchDB on a single node slower; not measured on a cluster. */
export const mostInFlight = 4;

/** The maximum size of one request, as CouchDB's documentation recommends for `_bulk_docs`. */
const mostBytes = 5_000_000;

/**
 * What all requests together may contain is a share of V8's memory: a document is in it several times while it is read,
 * compared and sent. Measured with documents of 2 kB to 1 MB in the container's 32 MiB.
 */
const share = 1 / 16;

/** The maximum size of all requests together, in bytes. */
function bytesInFlight(): number {
  return Math.min(mostInFlight * mostBytes, heapLimit() * share);
}

/** The maximum size of one request, in bytes. */
export function bytesPerRequest(): number {
  return bytesInFlight() / mostInFlight;
}

/** The number of concurrent requests, if the largest document has this size. */
export function requestsInFlight(largest: number): number {
  return Math.max(1, Math.min(mostInFlight, Math.floor(bytesInFlight() / Math.max(largest, 1))));
}
