/** Limits the rate. The rate is measured since the last pause that was longer than necessary. */
import { rest } from "../couch/pause.js";

/** Times in milliseconds. */
export interface Clock {
  /** Monotonic. */
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

  /** @param rate documents per second; `undefined`: no limit */
  constructor(rate: number | undefined, signal: AbortSignal, own = clock) {
    this.#rate = rate;
    this.#signal = signal;
    this.#clock = own;
    this.#since = own.now();
  }

  /** Resolves when more may be done; immediately when the signal is aborted. */
  async did(documents: number): Promise<void> {
    if (this.#rate === undefined || documents === 0) return;
    this.#done += documents;
    const now = this.#clock.now();
    const due = this.#since + (this.#done / this.#rate) * 1000;
    if (due > now) await this.#clock.sleep(due - now, this.#signal);
    // If work took longer than the rate allows, the lost time is not made up for.
    else [this.#since, this.#done] = [now, 0];
  }
}
