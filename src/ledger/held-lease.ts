/** A lease that is held: renewed in the background, and known to be lost before anybody else can have it. */
import type { Couch } from "../couch/couch.js";
import { MigrateError, toMigrateError } from "../errors.js";
import { type LeaseBody, type Outcome, readLeaves, writeLease } from "./lease-document.js";
import { largestToken, own } from "./lease-leaves.js";
import { mayHaveHappened } from "./lost-answer.js";
import { jitter } from "./pause.js";
import type { LeasePlace } from "./place.js";
import type { Snapshot } from "./snapshot.js";

export interface Lease {
  /** Larger than that of every holder before. */
  readonly token: number;
  readonly holder: string;
  /** Aborted when the lease was not renewed in time, or somebody broke it. There is no way back. */
  readonly lost: AbortSignal;
  /** Throws `lease-lost`. To be called before each step: CouchDB itself can't refuse the writes of a late holder. */
  assertHeld(): void;
  /**
   * Frees it for the next one, and leaves the snapshot in it. Never throws; false: it was lost, or could not be freed
   * and runs out by itself.
   */
  release(snapshot?: Snapshot): Promise<boolean>;
}

/** The part of its TTL that a holder uses; the rest is for what was sent before the deadline and arrives after it. */
const used = 0.6;
const renewals = 5;

/** Until when a lease may be relied on whose write was sent then. */
export function deadlineOf(sent: number, ttl: number): number {
  return sent + used * ttl;
}

export interface Holding {
  readonly couch: Couch;
  readonly place: LeasePlace;
  readonly body: LeaseBody & { readonly holder: string };
  readonly now: () => number;
}

export class HeldLease implements Lease {
  readonly #holding: Holding;
  readonly #lost = new AbortController();
  #rev: string;
  #deadline: number;
  #expiry: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #releasing: Promise<boolean> | undefined;

  /** `sent`: when the write that made `rev` was sent. */
  constructor(holding: Holding, rev: string, sent: number) {
    this.#holding = holding;
    this.#rev = rev;
    this.#deadline = deadlineOf(sent, holding.body.ttl);
    this.#watchDeadline();
    this.#schedule(this.#holding.now() - sent);
  }

  get token(): number {
    return this.#holding.body.token;
  }

  get holder(): string {
    return this.#holding.body.holder;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  assertHeld(): void {
    if (this.#isLost()) throw lostError(this.holder);
    if (this.#releasing !== undefined) throw new MigrateError("lease-lost", { message: "the lease has been released" });
  }

  release(snapshot?: Snapshot): Promise<boolean> {
    this.#releasing ??= this.#release(snapshot).catch(() => false);
    return this.#releasing;
  }

  /** The clock decides, not the timer: a process that slept learns it here first. Once lost, always lost. */
  #isLost(): boolean {
    if (!this.#lost.signal.aborted && this.#holding.now() >= this.#deadline) this.#lose();
    return this.#lost.signal.aborted;
  }

  #lose(): void {
    clearTimeout(this.#expiry);
    clearTimeout(this.#next);
    this.#lost.abort(lostError(this.holder));
  }

  /** Unref'ed, like the renewals: the lease alone keeps no process alive. */
  #watchDeadline(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(
      () => {
        if (!this.#isLost()) this.#watchDeadline();
      },
      Math.max(1, this.#deadline - this.#holding.now()),
    ).unref();
  }

  #schedule(passed: number): void {
    this.#next = setTimeout(
      () => {
        this.#renewing = this.#renew().then(() => {
          if (this.#releasing === undefined && !this.#isLost()) this.#schedule(0);
        });
      },
      Math.max(0, this.#holding.body.ttl / renewals - passed),
    ).unref();
  }

  /**
   * Compare-and-set on our own leaf; only a 201 counts, and only if it comes before the deadline. After anything else:
   * look for our leaf and set it again, while there is time.
   */
  async #renew(): Promise<void> {
    const { couch, place, now, body } = this.#holding;
    while (this.#releasing === undefined && !this.#isLost()) {
      try {
        const sent = now();
        const outcome = await writeLease(couch, place, this.#rev, body, this.#timeout);
        if (this.#isLost()) return;
        if (outcome.kind === "written") {
          this.#rev = outcome.rev;
          this.#deadline = deadlineOf(sent, body.ttl);
          this.#watchDeadline();
          return;
        }
        await this.#find();
      } catch (error) {
        // Refused credentials are tried again with the next renewal only: CouchDB locks accounts.
        if (!mayHaveHappened(error)) return;
      }
      await jitter(this.#timeout / 10);
    }
  }

  /** Which leaf is ours now? None, and a larger token about: somebody took or broke the lease. */
  async #find(): Promise<void> {
    const { couch, place, body } = this.#holding;
    const leaves = (await readLeaves(couch, place, { timeout: this.#timeout })) ?? [];
    const mine = own(leaves, body.nonce);
    if (mine) this.#rev = mine.rev;
    else if (largestToken(leaves) > body.token) this.#lose();
  }

  async #release(snapshot: Snapshot | undefined): Promise<boolean> {
    clearTimeout(this.#next);
    await this.#renewing;
    const { couch, place, body } = this.#holding;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      // Worth one attempt: what is refused with it (as too large, say) may be taken without.
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

  /** So short that a lost answer leaves time to look and to write again before the deadline. */
  get #timeout(): number {
    return Math.min(Math.max(this.#holding.body.ttl / 10, 500), 5_000);
  }
}

function lostError(holder: string): MigrateError {
  return new MigrateError("lease-lost", { message: `${holder} could not renew its lease in time`, data: { holder } });
}
