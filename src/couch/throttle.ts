/**
 * Slows down while the server limits the rate of requests (429). Reads and writes have separate paces, because
 * servers limit them separately. Before the first refusal, no request waits.
 *
 * A refusal doubles the interval between two requests, and each accepted request shortens it a little. A limit that
 * does not change is found within seconds, and a limit that ends is forgotten.
 */
import { MigrateError } from "../contract/errors.js";
import { span } from "../text/span.js";
import { pause } from "./pause.js";
import { askedPause } from "./retry.js";

/** The interval after the first refusal, and the longest one. All times here are in milliseconds. */
const first = 50;
const longest = 10_000;
/** A shorter interval counts as none. */
const shortest = 5;
const recovery = 0.95;
/** `Retry-After` may ask for more, but then one request tries whether the limit has ended. */
const longestAsked = 60_000;

/** The pace of one class of requests. Pure: the caller waits. */
export class Interval {
  #interval = 0;
  /** The next request may start then. */
  #next = 0;
  /** Requests that started before were sent at the former interval, so their refusals say nothing new. */
  #changed = 0;

  /** When the next turn is, at the earliest. */
  get next(): number {
    return this.#next;
  }

  /** Reserves a turn. @returns when it is */
  turn(now: number): number {
    const at = Math.max(now, this.#next);
    this.#next = at + this.#interval;
    return at;
  }

  /** @param started when the refused request started; @param asked what the server asked to wait */
  refused(started: number, asked: number, now: number): void {
    if (started >= this.#changed) {
      this.#interval = Math.min(longest, Math.max(first, this.#interval * 2));
      this.#changed = now;
    }
    this.#next = Math.max(this.#next, now + Math.max(this.#interval, Math.min(asked, longestAsked)));
  }

  accepted(): void {
    this.#interval *= recovery;
    if (this.#interval < shortest) this.#interval = 0;
  }
}

export interface ThrottleOptions {
  /** The run ends after this time without one accepted request. */
  readonly starvedAfter: number;
  /** Called with the first refusal. */
  readonly onLimit: () => void;
}

export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #reads = new Interval();
  readonly #writes = new Interval();
  readonly #starved = new AbortController();
  #isLimited = false;
  /** The first refusal since a request was last accepted. */
  #refusedSince: number | undefined;

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Aborted, with the error `incomplete`, if the server has refused every request for too long. */
  get starved(): AbortSignal {
    return this.#starved.signal;
  }

  /** When the next request may start, by `performance.now()`. */
  next(reading: boolean): number {
    return this.#of(reading).next;
  }

  /** Waits until a request may start. @returns when it did */
  async turn(reading: boolean, signal: AbortSignal): Promise<number> {
    const now = performance.now();
    const at = this.#of(reading).turn(now);
    if (at > now) await pause(at - now, signal);
    return performance.now();
  }

  /** The server refused a request that started then. @param retryAfter the header */
  refused(reading: boolean, started: number, retryAfter: string | undefined): void {
    const now = performance.now();
    this.#of(reading).refused(started, askedPause(retryAfter), now);
    if (!this.#isLimited) this.#options.onLimit();
    this.#isLimited = true;
    this.#refusedSince ??= now;
    const { starvedAfter } = this.#options;
    if (now - this.#refusedSince < starvedAfter) return;
    const message = `CouchDB, or a proxy in front of it, has refused every request for ${span(starvedAfter)} because of a rate limit (429)`;
    this.#starved.abort(new MigrateError("incomplete", { message }));
  }

  accepted(reading: boolean): void {
    if (!this.#isLimited) return;
    this.#of(reading).accepted();
    this.#refusedSince = undefined;
  }

  #of(reading: boolean): Interval {
    return reading ? this.#reads : this.#writes;
  }
}
