/** How many documents one page looks at: as many as make a good batch, however large and however rare they are. */
const most = { matching: 1_000, bytes: 4_000_000, looked: 10_000 };

export class PageSize {
  readonly #matching: number;
  #documents: number;

  /** @param rate documents a second: a batch is no more than what one second may change */
  constructor(rate: number | undefined) {
    this.#matching = Math.max(1, Math.min(most.matching, rate ?? most.matching));
    // Of unknown size, to begin with.
    this.#documents = Math.min(this.#matching, 200);
  }

  get documents(): number {
    return this.#documents;
  }

  seen(looked: number, matching: number, bytes: number): void {
    if (looked === 0) return;
    const byBytes = (most.bytes * looked) / Math.max(bytes, 1);
    const byCount = (this.#matching * looked) / Math.max(matching, 1);
    const fitting = Math.floor(Math.min(byBytes, byCount, this.#documents * 4, most.looked));
    this.#documents = Math.max(1, fitting);
  }

  tooLarge(): void {
    this.#documents = Math.max(1, Math.floor(this.#documents / 4));
  }
}
