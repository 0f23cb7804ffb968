/**
 * The set's lease for work in between: it is held only while a staged document is written or removed, so that runners
 * which start meanwhile are not blocked. One piece of work at a time.
 */
import pLimit from "p-limit";
import { type ErrorCode, toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import type { Gateway } from "../../couch/gateway.js";
import type { Guard } from "../../couch/guard.js";
import { jitter } from "../../couch/pause.js";
import { takeLease } from "../../ledger/lease.js";
import { ensureLedger, type Run, ready } from "../session.js";

const attempts = 5;
const firstPause = 200;

/** After these errors, the work reads again what the server has, and continues from there. */
const repeated: ReadonlySet<ErrorCode> = new Set(["lease-lost", "outcome-unknown", "conflict", "below-quorum"]);

export class ShortLease {
  readonly #run: Run;
  readonly #guarded: (lease: Guard) => Guard;
  readonly #turn = pLimit(1);
  #prepared: Promise<void> | undefined;

  /** @param guarded adds what must hold before each write */
  constructor(run: Run, guarded: (lease: Guard) => Guard = (lease) => lease) {
    this.#run = run;
    this.#guarded = guarded;
  }

  /** Does `work`, which must be repeatable, under the lease. */
  exclusively<T>(work: (couch: Gateway) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#once(work);
        } catch (thrown) {
          const error = toMigrateError(thrown);
          if (!repeated.has(error.code) || attempt === attempts) throw error;
          await jitter(firstPause * 2 ** attempt, this.#run.signal);
        }
      }
    });
  }

  async #once<T>(work: (couch: Gateway) => Promise<T>): Promise<T> {
    const { couch, place, wait, emit, signal, leasing } = this.#run;
    signal.throwIfAborted();
    this.#prepared ??= this.#prepare().catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    await this.#prepared;
    const { holder, leaseTtl: ttl, leaseWait } = leasing;
    const lease = await takeLease(couch, place, { holder, ttl, leaseWait, wait, emit, signal });
    try {
      const guard = this.#guarded(lease);
      await guard.begin?.();
      return await work(couch.under(guard));
    } finally {
      // The ledger is as it was, so what the last run found is still true.
      if (await lease.release(lease.found)) emit({ type: "lease-released" });
    }
  }

  /** What must exist before the lease does. Nothing is written before. */
  async #prepare(): Promise<void> {
    await ready(this.#run, false);
    this.#run.couch.allowWrites();
    await ensureLedger(this.#run);
  }
}

/** The same server, for work that writes only under the lease. */
export function onlyReading(couch: Gateway): Gateway {
  return couch.under({
    lost: new AbortController().signal,
    assertHeld: () => {},
    isFresh: true,
    renewed: async () => {},
    left: Number.POSITIVE_INFINITY,
    begin: async () => {
      throw new Error("this run writes only while it holds the lease");
    },
  });
}

export type Exclusively = <T>(work: (couch: Couch) => Promise<T>) => Promise<T>;
