/**
 * How many documents to read per page: as many as make a good batch, regardless of their size and of how many of them
 * match.
 */
import { bytesPerRequest } from "../objects/documents/in-flight.js";

const limits = { first: 20, matching: 1_000, bytes: 4_000_000, looked: 10_000 };

export class PageSize {
  readonly #matching: number;
  /** Two pages are in memory, where seeding has four requests. */
  readonly #bytes = Math.min(limits.bytes, 2 * bytesPerRequest());
  #documents: number;

  /** @param rate documents per second: a batch has at most what may change in one second */
  constructor(rate: number | undefined) {
    this.#matching = Math.max(1, Math.min(limits.matching, rate ?? limits.matching));
    // The size of the documents is unknown at first.
    this.#documents = Math.min(this.#matching, limits.first);
  }

  get documents(): number {
    return this.#documents;
  }

  seen(looked: number, matching: number, bytes: number): void {
    if (looked === 0) return;
    const byBytes = (this.#bytes * looked) / Math.max(bytes, 1);
    const byCount = (this.#matching * looked) / Math.max(matching, 1);
    const fitting = Math.floor(Math.min(byBytes, byCount, this.#documents * 4, limits.looked));
    this.#documents = Math.max(1, fitting);
  }

  tooLarge(): void {
    this.#documents = Math.max(1, Math.floor(this.#documents / 4));
  }
}
