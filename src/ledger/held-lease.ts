/** A held lease: renewed in the background, and known to be lost before another runner can have it. */

import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import type { Guard } from "../couch/guard.js";
import { mayHaveHappened } from "../couch/lost-answer.js";
import { jitter } from "../couch/pause.js";
import { type LeaseBody, type Outcome, readLeaves, writeLease } from "./lease-document.js";
import { largestToken, own } from "./lease-leaves.js";
import type { LeasePlace } from "./place.js";

/** It is lost if it was not renewed in time, or was broken. */
export interface Lease extends Guard {
  /** Larger than the token of every earlier holder. */
  readonly token: number;
  readonly holder: string;
  /** The snapshot that the previous holder left. Absent: none, or it may be out of date. */
  readonly found?: object | undefined;
  /**
   * Frees the lease for the next holder, and leaves the snapshot in it. Never throws. False: it was lost, or could
   * not be freed and will expire by itself.
   */
  release(snapshot?: object): Promise<boolean>;
}

/**
 * The part of its TTL that a holder uses; the rest is for requests that were sent before the deadline and arrive
 * after it.
 */
const used = 0.6;
const renewals = 5;
/**
 * A lease is fresh if its last renewal is younger than this part of its TTL: then two thirds are left until another
 * runner may have it. Normally, the timer's renewals keep it fresh, and no extra renewal is needed.
 */
const fresh = 1 / 3;

/** The time until which a lease can be relied on whose write was sent at `sent`. */
export function deadlineOf(sent: number, ttl: number): number {
  return sent + used * ttl;
}

export interface Holding {
  readonly couch: Couch;
  readonly place: LeasePlace;
  readonly body: LeaseBody & { readonly holder: string };
  readonly found?: object | undefined;
  readonly now: () => number;
  readonly wallClock: () => number;
}

interface Moment {
  readonly now: number;
  readonly wallClock: number;
}

export class HeldLease implements Lease {
  readonly #holding: Holding;
  readonly #lost = new AbortController();
  #rev: string;
  /** When the last successful renewal was sent. */
  #sent: Moment;
  #expiry: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  /** The renewal in progress; resolves with the reason why it was given up. */
  #renewal: Promise<unknown> | undefined;
  #releasing: Promise<boolean> | undefined;

  /** `sent`: when the write that created `rev` was sent. */
  constructor(holding: Holding, rev: string, sent: number) {
    this.#holding = holding;
    this.#rev = rev;
    const passed = holding.now() - sent;
    this.#sent = { now: sent, wallClock: holding.wallClock() - passed };
    this.#watchDeadline();
    this.#schedule(passed);
  }

  get token(): number {
    return this.#holding.body.token;
  }

  get holder(): string {
    return this.#holding.body.holder;
  }

  get found(): object | undefined {
    return this.#holding.found;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  assertHeld(): void {
    if (this.#isLost()) throw lostError(this.holder);
    if (this.#releasing !== undefined) throw new MigrateError("lease-lost", { message: "the lease has been released" });
  }

  get isFresh(): boolean {
    return this.#passed < fresh * this.#holding.body.ttl;
  }

  async renewed(): Promise<void> {
    for (;;) {
      this.assertHeld();
      if (this.isFresh) return;
      const failure = await this.#renewNow();
      if (failure !== undefined) throw failure;
    }
  }

  get left(): number {
    return deadlineOf(0, this.#holding.body.ttl) - this.#passed;
  }

  /**
   * Milliseconds since the last renewal was sent, by the clock that shows more: the monotonic clock stops while a
   * machine is suspended, and the other one may be set.
   */
  get #passed(): number {
    const { now, wallClock } = this.#holding;
    return Math.max(now() - this.#sent.now, wallClock() - this.#sent.wallClock);
  }

  release(snapshot?: object): Promise<boolean> {
    this.#releasing ??= this.#release(snapshot).catch(() => false);
    return this.#releasing;
  }

  /** Checks the clock, not the timer: a suspended process notices it here first. A lost lease stays lost. */
  #isLost(): boolean {
    if (!this.#lost.signal.aborted && this.left <= 0) this.#lose();
    return this.#lost.signal.aborted;
  }

  #lose(): void {
    clearTimeout(this.#expiry);
    clearTimeout(this.#next);
    this.#lost.abort(lostError(this.holder));
  }

  /** Unref'ed, like the renewals: the lease alone does not keep a process alive. */
  #watchDeadline(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(
      () => {
        if (!this.#isLost()) this.#watchDeadline();
      },
      Math.max(1, this.left),
    ).unref();
  }

  #schedule(passed: number): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(
      () => void this.#renewNow(),
      Math.max(0, this.#holding.body.ttl / renewals - passed),
    ).unref();
  }

  /** Only one renewal at a time, even with several callers. */
  #renewNow(): Promise<unknown> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
      if (this.#releasing === undefined && !this.#isLost()) this.#schedule(0);
    });
    return this.#renewal;
  }

  /**
   * Compare-and-set on our own leaf. Only a 201 counts, and only if it arrives before the deadline. After any other
   * result, looks for our leaf and writes it again while there is time. Never throws.
   */
  async #renew(): Promise<unknown> {
    const { couch, place, now, wallClock, body } = this.#holding;
    while (this.#releasing === undefined && !this.#isLost()) {
      try {
        const sent = { now: now(), wallClock: wallClock() };
        const outcome = await writeLease(couch, place, this.#rev, body, this.#timeout);
        if (this.#isLost()) return undefined;
        if (outcome.kind === "written") {
          this.#rev = outcome.rev;
          this.#sent = sent;
          this.#watchDeadline();
          return undefined;
        }
        await this.#find();
      } catch (error) {
        // After refused credentials, only the next renewal tries again: CouchDB locks accounts.
        if (!mayHaveHappened(error)) return error;
      }
      await jitter(this.#timeout / 10);
    }
    return undefined;
  }

  /** Finds our present leaf. If there is none, and there is a larger token, another runner took or broke the lease. */
  async #find(): Promise<void> {
    const { couch, place, body } = this.#holding;
    const leaves = (await readLeaves(couch, place, { timeout: this.#timeout })) ?? [];
    const mine = own(leaves, body.nonce);
    if (mine) this.#rev = mine.rev;
    else if (largestToken(leaves) > body.token) this.#lose();
  }

  async #release(snapshot: object | undefined): Promise<boolean> {
    clearTimeout(this.#next);
    await this.#renewal;
    const { couch, place, body } = this.#holding;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      // The snapshot is only in the first attempt: if it is refused (as too large, for example), it is left out.
      const left = attempt === 0 && !this.#isLost() ? snapshot : undefined;
      const freed = { ...body, holder: null, ...(left ? { snapshot: left } : {}) };
      const outcome = await writeLease(couch, place, this.#rev, freed, this.#timeout).catch(
        (error: unknown): Outcome => {
          if (left === undefined) throw error;
          return { kind: "unknown", error: toMigrateError(error) };
        },
      );
      if (outcome.kind === "written") return this.#close();
      const leaves = await readLeaves(couch, place, { timeout: this.#timeout }).catch(() => undefined);
      const mine = leaves && own(leaves, body.nonce);
      if (leaves && !mine) return this.#close();
      if (mine) this.#rev = mine.rev;
      await jitter(this.#timeout / 10);
    }
    this.#close();
    return false;
  }

  #close(): boolean {
    const inTime = !this.#isLost();
    clearTimeout(this.#expiry);
    return inTime;
  }

  /** Short enough that a lost answer leaves time to check and to write again before the deadline. */
  get #timeout(): number {
    return Math.min(Math.max(this.#holding.body.ttl / 10, 500), 5_000);
  }
}

function lostError(holder: string): MigrateError {
  return new MigrateError("lease-lost", { message: `${holder} could not renew its lease in time`, data: { holder } });
}
