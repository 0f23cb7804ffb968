/**
 * Limits how many reads are in flight. Across a slow network, more of them are needed to keep CouchDB as busy as it is
 * over a fast one: one per millisecond of the round trip, so that about a thousand reads per second are sent.
 */
import pLimit, { type LimitFunction } from "p-limit";

/** How many times as many reads as at first: CouchDB limits the number of its connections. */
const most = 4;

/** @param roundTrip in milliseconds. Pure. */
export function readsAtOnce(concurrency: number, roundTrip: number): number {
  return Math.min(Math.max(concurrency, Math.round(roundTrip)), concurrency * most);
}

export class ReadLimit {
  readonly #concurrency: number;
  readonly #limit: LimitFunction;
  #roundTrip = Number.POSITIVE_INFINITY;

  /** @param concurrency the limit until CouchDB has answered, and the lowest one */
  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.#limit = pLimit(concurrency);
  }

  run<T>(read: () => Promise<T>): Promise<T> {
    return this.#limit(read);
  }

  /** The shortest request took about as long as the network does; the others also waited for CouchDB. */
  answered(milliseconds: number): void {
    if (milliseconds >= this.#roundTrip) return;
    this.#roundTrip = milliseconds;
    this.#limit.concurrency = readsAtOnce(this.#concurrency, milliseconds);
  }

  /** The reads that wait are never sent. */
  close(): void {
    this.#limit.clearQueue();
  }
}
