/** Limits events: none in the first interval of a key, then at most one per interval. */
export class EverySoOften {
  readonly #interval: number;
  readonly #now: () => number;
  readonly #last = new Map<string, number>();

  constructor(interval: number, now: () => number) {
    this.#interval = interval;
    this.#now = now;
  }

  lets(key: string): boolean {
    const now = this.#now();
    const last = this.#last.get(key);
    if (last !== undefined && now - last < this.#interval) return false;
    this.#last.set(key, now);
    return last !== undefined;
  }
}
