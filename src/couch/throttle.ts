/**
 * Slows down while the server limits the rate of requests (429). Reads and writes have separate paces, because
 * servers limit them separately. Before the first refusal, no request waits.
 *
 * A refusal doubles the interval between two requests, and each accepted request shortens it a little. A limit that
 * does not change is found within seconds, and a limit that ends is forgotten. A burst of refusals counts once: only
 * requests that started since the interval last became longer say something about it. A server may also refuse some
 * requests at any rate: if a longer interval does not help, the interval becomes shorter again.
 */
import pLimit from "p-limit";
import { MigrateError } from "../contract/errors.js";
import { span } from "../text/span.js";
import { pause, throwIfStopped } from "./pause.js";

/** The interval after the first refusal, and the longest one. All times here are in milliseconds. */
const first = 50;
const longest = 4_000;
/** A shorter interval counts as none. */
const shortest = 5;
const recovery = 0.95;
/** What one request counts for in the share of refusals: the last 20 requests or so decide. */
const weight = 1 / 20;
/** The share of refusals when a limit's interval is found is smaller than `few`; before, it is larger than `many`. */
const few = 0.15;
const many = 0.65;
/** In between, the longest interval, as a multiple of the shortest one. */
const most = 4;
/** `Retry-After` may ask for more, but then one request tries whether the limit has ended. */
const longestAsked = 60_000;

/** The pace of one class of requests. Pure: the caller waits. */
export class Interval {
  #interval = 0;
  /** The next request may start then. */
  #next = 0;
  /** Requests that started before were sent at the former interval, so the answers to them say nothing new. */
  #changed = 0;
  /** The recent share of refusals. Starts so that a few requests show whether a server refuses some at any rate. */
  #refusals = few;
  /** The shortest interval at which the share of refusals was neither small nor large. */
  #proven = Number.POSITIVE_INFINITY;

  /** @param waiting how many requests wait before. @returns when the next turn is, at the earliest */
  next(waiting = 0): number {
    return this.#next + waiting * this.#interval;
  }

  /** Takes a turn. @returns when it is */
  turn(now: number): number {
    const at = Math.max(now, this.#next);
    this.#next = at + this.#interval;
    return at;
  }

  /** @param started when the refused request started; @param asked what the server asked to wait */
  refused(started: number, asked: number, now: number): void {
    if (started < this.#changed) return;
    this.#refusals += (1 - this.#refusals) * weight;
    this.#interval = this.#afterRefusal();
    this.#changed = now;
    this.#next = now + Math.max(this.#interval, Math.min(asked, longestAsked));
  }

  /** @param started when the accepted request started */
  accepted(started: number): void {
    if (started < this.#changed) return;
    this.#refusals *= 1 - weight;
    this.#interval *= recovery;
    if (this.#interval < shortest) this.#interval = 0;
    if (this.#interval > 0 && this.#isMixed) this.#proven = Math.min(this.#proven, this.#interval);
  }

  #afterRefusal(): number {
    // Requests are refused at this interval, too, so a shorter one may do as well.
    if (this.#isMixed) this.#proven *= recovery;
    const doubled = Math.min(longest, Math.max(first, this.#interval * 2));
    if (doubled <= most * this.#proven || this.#refusals <= few) return doubled;
    // Most are refused: the limit has become lower.
    if (!this.#isMixed) this.#proven = doubled / most;
    return Math.max(first, most * this.#proven);
  }

  get #isMixed(): boolean {
    return this.#refusals > few && this.#refusals <= many;
  }
}

/** Times in milliseconds. */
export interface Clock {
  /** Monotonic. */
  now(): number;
  /** Throws when the signal aborts. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const clock: Clock = { now: () => performance.now(), pause };

/**
 * The requests of one class that wait for their turn. Only the first one waits for a time, so a change of the interval
 * applies to all of them.
 */
class Lane {
  readonly pace = new Interval();
  readonly #queue = pLimit(1);
  readonly #clock: Clock;

  constructor(own: Clock) {
    this.#clock = own;
  }

  get next(): number {
    return this.pace.next(this.#queue.pendingCount + this.#queue.activeCount);
  }

  turn(signal: AbortSignal): Promise<number> {
    return this.#queue(async () => {
      throwIfStopped(signal);
      for (let now = this.#clock.now(); now < this.pace.next(); now = this.#clock.now())
        await this.#clock.pause(this.pace.next() - now, signal);
      return this.pace.turn(this.#clock.now());
    });
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
  readonly #clock: Clock;
  readonly #reads: Lane;
  readonly #writes: Lane;
  readonly #starved = new AbortController();
  #isLimited = false;
  /** The first refusal since a request was last accepted. */
  #refusedSince: number | undefined;

  constructor(options: ThrottleOptions, own = clock) {
    this.#options = options;
    this.#clock = own;
    this.#reads = new Lane(own);
    this.#writes = new Lane(own);
  }

  /** Aborted, with the error `incomplete`, if the server has refused every request for too long. */
  get starved(): AbortSignal {
    return this.#starved.signal;
  }

  /** When the next request may start, by `performance.now()`, unless the interval changes. */
  next(reading: boolean): number {
    return this.#of(reading).next;
  }

  /** Waits until a request may start. @returns when it did */
  turn(reading: boolean, signal: AbortSignal): Promise<number> {
    return this.#of(reading).turn(signal);
  }

  /** The server refused a request that started then. @param asked the pause that it asks for */
  refused(reading: boolean, started: number, asked: number): void {
    const now = this.#clock.now();
    this.#of(reading).pace.refused(started, asked, now);
    if (!this.#isLimited) this.#options.onLimit();
    this.#isLimited = true;
    this.#refusedSince ??= now;
    const { starvedAfter } = this.#options;
    if (now - this.#refusedSince < starvedAfter) return;
    const message = `CouchDB, or a proxy in front of it, has refused every request for ${span(starvedAfter)} because of a rate limit (429)`;
    this.#starved.abort(new MigrateError("incomplete", { message }));
  }

  /** The server accepted a request that started then. */
  accepted(reading: boolean, started: number): void {
    if (!this.#isLimited) return;
    this.#of(reading).pace.accepted(started);
    this.#refusedSince = undefined;
  }

  #of(reading: boolean): Lane {
    return reading ? this.#reads : this.#writes;
  }
}
