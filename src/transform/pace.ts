/** Keeps to a rate, measured over all that was done since the last pause that was longer than needed. */
import { rest } from "../couch/pause.js";

/** In milliseconds. */
export interface Clock {
  /** Never goes back. */
  now(): number;
  /** Resolves early when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const clock: Clock = {
  now: () => performance.now(),
  sleep: rest,
};

export class Pace {
  readonly #rate: number | undefined;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  #since: number;
  #done = 0;

  /** @param rate a second; `undefined`: no limit */
  constructor(rate: number | undefined, signal: AbortSignal, own = clock) {
    this.#rate = rate;
    this.#signal = signal;
    this.#clock = own;
    this.#since = own.now();
  }

  /** Resolves when more may be done; at once when the signal aborts. */
  async did(documents: number): Promise<void> {
    if (this.#rate === undefined || documents === 0) return;
    this.#done += documents;
    const now = this.#clock.now();
    const due = this.#since + (this.#done / this.#rate) * 1000;
    if (due > now) await this.#clock.sleep(due - now, this.#signal);
    // What took longer than it was allowed to is not made up for.
    else [this.#since, this.#done] = [now, 0];
  }
}
