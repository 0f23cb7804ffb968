/** Limits how many documents a step writes per second. */
import { rest } from "../../couch/pause.js";
import type { StepContext } from "../../steps/kind.js";
import { viewLag } from "../design-docs/index-state.js";

export interface Pacer {
  /** Resolves when more may be done; immediately when the signal is aborted. */
  did(documents: number): Promise<void>;
}

/** @param database where the documents are written */
export function pacer(
  { rate, couch, signal }: Pick<StepContext<unknown>, "rate" | "couch" | "signal">,
  database: string,
): Pacer {
  return rate === "auto" ? new ViewPace(() => viewLag(couch, database), signal) : new Pace(rate, signal);
}

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

/** How many changes the views of a database may lack. */
const mostLag = 5_000;
/** Between two questions, and how long to wait for views that do not catch up. Milliseconds. */
const interval = 2_000;
const longest = 60_000;

/** Waits for the views of the database, which other clients query. */
export class ViewPace implements Pacer {
  readonly #lag: () => Promise<number>;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  #asked: number;

  /** @param lag how many changes the views lack */
  constructor(lag: () => Promise<number>, signal: AbortSignal, own = clock) {
    this.#lag = lag;
    this.#signal = signal;
    this.#clock = own;
    this.#asked = own.now();
  }

  async did(): Promise<void> {
    const began = this.#clock.now();
    if (began - this.#asked < interval) return;
    for (;;) {
      const lag = await this.#lag();
      this.#asked = this.#clock.now();
      if (lag <= mostLag || this.#asked - began >= longest || this.#signal.aborted) return;
      await this.#clock.sleep(interval, this.#signal);
    }
  }
}

/** A fixed rate, measured since the last pause that was longer than necessary. */
export class Pace implements Pacer {
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
