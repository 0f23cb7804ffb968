/** How a runner gets the lease: steps 1 to 5 of the protocol in lease.ts. */
import { randomUUID } from "node:crypto";
import { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { Couch } from "../couch/couch.js";
import { mayHaveHappened } from "../couch/lost-answer.js";
import { jitter, throwIfStopped } from "../couch/pause.js";
import { heldSince } from "../text/held-since.js";
import { commandLine } from "./command-line.js";
import { heldFor } from "./held-for.js";
import { deadlineOf, HeldLease, type Lease } from "./held-lease.js";
import {
  buryLeaf,
  failure,
  type LeaseBody,
  type Outcome,
  type ReadLeavesOptions,
  readLeaves,
  writeLease,
} from "./lease-document.js";
import { holding, judge, mayTake, nextWrite, own, snapshotIn, type Watch, watch } from "./lease-leaves.js";
import type { Leaf } from "./parse-leaves.js";
import type { LeasePlace } from "./place.js";

export interface TakeLeaseOptions {
  /** The name of the new holder, for people. */
  readonly holder: string;
  /** The lease of a silent holder may be taken over after this time, in milliseconds. */
  readonly ttl: number;
  /** How long to wait for another holder, in milliseconds. */
  readonly leaseWait: number;
  /** How long to wait for a CouchDB that gives the lease to nobody, in milliseconds; never less than the TTL. */
  readonly wait?: number;
  readonly emit: Listener;
  readonly signal: AbortSignal;
  /**
   * Called when another runner, which this one waited for, is done: false gives up, because the work is done as well.
   */
  readonly stillNeeded?: () => Promise<boolean>;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
  /** The time of day in milliseconds, which advances while the machine is suspended. */
  readonly wallClock?: () => number;
}

/** The longest pause between two checks of a held lease: a release is noticed at most this much later. */
const longestPause = 1_000;

/** One attempt to get the lease, until it is won or given up. */
export class Acquisition {
  readonly #couch: Couch;
  readonly #place: LeasePlace;
  readonly #options: TakeLeaseOptions;
  readonly #now: () => number;
  readonly #started: number;
  readonly #nonce = randomUUID();
  /** Since when there have been only failures, and the last of them. */
  #trouble: { readonly since: number; readonly last: Outcome | undefined } | undefined;
  /** A leaf of ours may be held although we don't have the lease: even a refused write may be stored by one copy. */
  #litter = false;
  #rounds = 0;
  #said = 0;

  constructor(couch: Couch, place: LeasePlace, options: TakeLeaseOptions) {
    this.#couch = couch;
    this.#place = place;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#started = this.#now();
  }

  /** `undefined`: no longer needed. A run that gives up leaves nothing behind that others would wait for. */
  async take(): Promise<Lease | undefined> {
    let lease: Lease | undefined;
    try {
      lease = await this.#take();
      return lease;
    } finally {
      if (!lease) await this.#clear();
    }
  }

  async #take(): Promise<Lease | undefined> {
    const { ttl, signal } = this.#options;
    let watching: Watch | undefined;
    for (;;) {
      throwIfStopped(signal);
      const asked = this.#now();
      const leaves = await this.#read({ signal });
      if (!leaves) {
        await this.#backOff();
        continue;
      }
      watching = watch(watching, leaves, this.#now());
      const stray = own(leaves, this.#nonce);
      if (stray) await this.#giveUp(stray, leaves);
      else if (!mayTake(leaves, watching, asked, ttl)) await this.#wait(leaves);
      else if (this.#said > 0 && this.#options.stillNeeded && !(await this.#options.stillNeeded())) return undefined;
      else {
        const lease = await this.#attempt(leaves);
        if (lease) return lease;
        await this.#backOff();
      }
    }
  }

  async #wait(leaves: readonly Leaf[]): Promise<void> {
    const { leaseWait, emit, ttl, signal } = this.#options;
    const { holder, since } = holding(leaves) ?? {};
    const milliseconds = this.#now() - this.#started;
    const millisecondsHeld = heldFor(since);
    const age = millisecondsHeld === undefined ? {} : { millisecondsHeld };
    if (milliseconds >= leaseWait) {
      const { part } = this.#place;
      const data = { holder, since, ...age, milliseconds: Math.round(milliseconds), ...(part ? { part } : {}) };
      const what = part === undefined ? "the lease" : `the lease of part ${part.number} of ${part.step}`;
      const message = `${holder} ${heldSince(what, since, millisecondsHeld)}`;
      throw new MigrateError("lease-held", { message, data, next: this.#whatToDo });
    }
    this.#trouble = undefined;
    if (milliseconds >= this.#said) {
      const waited = Math.round(milliseconds);
      emit({ type: "lease-waiting", holder: holder ?? "", since: since ?? "", ...age, milliseconds: waited });
      this.#said = Math.max(1_000, milliseconds * 2);
    }
    await jitter(Math.min(longestPause, ttl / 10, Math.max(50, milliseconds / 5)), signal);
  }

  /** Steps 3 to 5. `undefined`: not won, and no leaf of ours is still held, or the next check finds and frees it. */
  async #attempt(before: readonly Leaf[]): Promise<Lease | undefined> {
    const { holder, ttl, emit } = this.#options;
    const { on, token } = nextWrite(before);
    const body = { holder, nonce: this.#nonce, token, since: new Date().toISOString(), ttl };
    this.#litter = true;
    let sent = this.#now();
    let outcome = await this.#write(on, body);
    if (outcome.kind === "unknown") {
      const mine = own((await this.#read({})) ?? [], this.#nonce);
      if (mine) {
        sent = this.#now();
        outcome = await this.#write(mine.rev, body);
      }
    }
    this.#note(outcome);
    if (outcome.kind === "stray") await this.#clear();
    if (outcome.kind !== "written") return undefined;

    const won = await this.#settle(outcome.rev, new Set(before.map((leaf) => leaf.rev)));
    if (!won || this.#now() >= deadlineOf(sent, ttl)) {
      await this.#clear();
      return undefined;
    }
    const from = holding(before)?.holder;
    emit({ type: "lease-taken", holder, token, ...(from ? { from } : {}) });
    const clocks = { now: this.#now, wallClock: this.#options.wallClock ?? Date.now };
    const found = snapshotIn(before);
    return new HeldLease({ couch: this.#couch, place: this.#place, body, found, ...clocks }, outcome.rev, sent);
  }

  /** Step 5: whether the candidate is the holder. */
  async #settle(mine: string, seen: ReadonlySet<string>): Promise<boolean> {
    const leaves = await this.#read({ parents: true });
    const verdict = leaves && judge(leaves, mine, seen);
    if (!verdict || verdict.yield) return false;
    for (const { leaf, mustSucceed } of verdict.tombstones) {
      const buried = await buryLeaf(this.#couch, this.#place, leaf, this.#timeout);
      if (mustSucceed && buried.kind !== "written") return false;
    }
    return true;
  }

  get #whatToDo(): string {
    const unlock = commandLine("unlock", this.#place);
    return `Wait until it is free; if its holder is gone, run ${unlock}, which releases the lease and names its holder.`;
  }

  /**
   * Reads all copies once, and gives up any leaf of ours that is held there. Never throws: the next check finds the
   * rest.
   */
  async #clear(): Promise<void> {
    if (!this.#litter) return;
    try {
      const leaves = await this.#read({ everywhere: true });
      const mine = leaves && own(leaves, this.#nonce);
      if (mine) await this.#giveUp(mine, leaves);
      else if (leaves) this.#litter = false;
    } catch {
      // If the run continues, it hits this error again; if it ends, it has a reason already.
    }
  }

  /**
   * Frees our leaf if it is the only live one, because the last leaf must not be deleted. If there is another, buries
   * ours, as the winner would: two free leaves would be a conflict that lasts until the lease is taken again.
   */
  async #giveUp(leaf: Leaf, leaves: readonly Leaf[]): Promise<void> {
    const { ttl } = this.#options;
    const isLast = leaves.every((other) => other.deleted || other.rev === leaf.rev);
    const since = new Date().toISOString();
    const outcome = isLast
      ? await this.#write(leaf.rev, { holder: null, nonce: this.#nonce, token: leaf.token, since, ttl })
      : await buryLeaf(this.#couch, this.#place, leaf, this.#timeout);
    this.#note(outcome);
    if (outcome.kind !== "written") await this.#backOff();
  }

  #write(on: string | undefined, body: LeaseBody): Promise<Outcome> {
    return writeLease(this.#couch, this.#place, on, body, this.#timeout);
  }

  /** `undefined`: a temporary failure. The signal only interrupts it if no leaf of ours can be held. */
  async #read(options: Omit<ReadLeavesOptions, "timeout">) {
    try {
      const leaves = await readLeaves(this.#couch, this.#place, { ...options, timeout: this.#timeout });
      if (!leaves) this.#note(undefined);
      return leaves;
    } catch (error) {
      throwIfStopped(options.signal);
      if (!mayHaveHappened(error)) throw error;
      this.#note({ kind: "unknown", error });
      return undefined;
    }
  }

  /** A healthy CouchDB answers 201 or 409; `undefined`: the response can't be read. */
  #note(last: Outcome | undefined): void {
    if (last?.kind === "written" || last?.kind === "refused") this.#trouble = undefined;
    else this.#trouble = { since: this.#trouble?.since ?? this.#now(), last };
  }

  /** Gives up if CouchDB is in no state to give the lease to anyone. */
  async #backOff(): Promise<void> {
    const { ttl, leaseWait, wait = 0, signal } = this.#options;
    const patience = Math.max(ttl, 10_000, wait);
    if (this.#trouble && this.#now() - this.#trouble.since > patience) {
      throw failure(this.#trouble.last, "the lease could not be taken");
    }
    if (this.#now() - this.#started > leaseWait + patience) {
      const message = "several runners compete for the lease, and none got it";
      throw new MigrateError("lease-held", { message, next: this.#whatToDo });
    }
    this.#rounds += 1;
    await jitter(Math.min(50 * 2 ** Math.min(this.#rounds, 5), ttl / 10 + 50), signal);
  }

  /** After a signal to stop, there are five seconds for everything that is left to do. */
  get #timeout(): number {
    const { ttl, signal } = this.#options;
    return Math.min(Math.max(ttl / 5, 500), signal.aborted ? 1_000 : 10_000);
  }
}
