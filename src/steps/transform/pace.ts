/** Keeps to a rate, measured over all that was done since the last pause that was longer than needed. */
import { setTimeout as sleep } from "node:timers/promises";

export class Pace {
  readonly #rate: number | undefined;
  readonly #signal: AbortSignal;
  #since = performance.now();
  #done = 0;

  constructor(rate: number | undefined, signal: AbortSignal) {
    this.#rate = rate;
    this.#signal = signal;
  }

  /** Resolves when more may be done; at once when the signal aborts. */
  async did(documents: number): Promise<void> {
    if (this.#rate === undefined || documents === 0) return;
    this.#done += documents;
    const now = performance.now();
    const due = this.#since + (this.#done / this.#rate) * 1000;
    if (due > now) await sleep(due - now, undefined, { signal: this.#signal }).catch(() => {});
    // What took longer than it was allowed to is not made up for.
    else [this.#since, this.#done] = [now, 0];
  }
}
