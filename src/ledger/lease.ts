/**
 * The lease: at most one runner works on a migration set.
 *
 * CouchDB gives at most one 201 for the writes on one parent revision, but a document may have several leaves, and a
 * 202 leaves a stray leaf behind that others may see first. So:
 *
 *  1. Read all leaves.
 *  2. If one is held, wait until the held revisions have not changed for one TTL on our own monotonic clock.
 *  3. Write on the leaf of the highest generation, with a token larger than all others.
 *  4. 201: a candidate. 202: give up our stray leaf, and start again: bury it if there is another live leaf; otherwise
 *     free it, because the last leaf must not be deleted. A runner that leaves without the lease checks all copies for
 *     a stray leaf of its own.
 *  5. Read again. Bury siblings and what was there before; yield to anything else (lease-leaves.ts: `judge`).
 *  6. Renew by compare-and-set; stop once 0.6 TTL have passed since the last renewal was *sent* (held-lease.ts).
 *  7. Release in place: `holder: null`, and, if everything is done, a snapshot for the next run (engine/fast-path/).
 *
 * After a lost answer: read, and if our nonce is there, write it again and continue at 5. Steps 1 to 5 are in
 * acquisition.ts.
 */
import { randomUUID } from "node:crypto";
import { bug } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { jitter } from "../couch/pause.js";
import { Acquisition, type TakeLeaseOptions } from "./acquisition.js";
import type { Lease } from "./held-lease.js";
import { failure, type Outcome, readLeaves, writeLease } from "./lease-document.js";
import { held, holding, largestToken } from "./lease-leaves.js";
import type { LeasePlace } from "./place.js";

export type { TakeLeaseOptions } from "./acquisition.js";
export type { Lease } from "./held-lease.js";

/**
 * Throws `lease-held` after `leaseWait`, `interrupted` when the signal is aborted, and the error that keeps CouchDB
 * from a quorum.
 */
export async function takeLease(couch: Couch, place: LeasePlace, options: TakeLeaseOptions): Promise<Lease> {
  const lease = await new Acquisition(couch, place, options).take();
  if (!lease) throw bug("a lease that is always needed was given up");
  return lease;
}

/**
 * Like `takeLease`, but calls `stillNeeded` whenever a runner that this one waited for is done: waiting runners need
 * not take the lease one after another only to find that nothing is left to do. `undefined`: the lease is no longer
 * needed.
 */
export async function takeLeaseIfNeeded(
  couch: Couch,
  place: LeasePlace,
  options: TakeLeaseOptions & { readonly stillNeeded: () => Promise<boolean> },
): Promise<Lease | undefined> {
  return new Acquisition(couch, place, options).take();
}

/** The request timeout in milliseconds for a caller that does not hold the lease. */
const timeout = 30_000;

/** Who holds the lease. Sends one request that only reads. */
export async function readLease(
  couch: Couch,
  place: LeasePlace,
): Promise<{ readonly holder: string; readonly since: string; readonly token: number; readonly ttl: number } | null> {
  const leaf = holding((await readLeaves(couch, place, { timeout })) ?? []);
  return leaf ? { holder: leaf.holder ?? "", since: leaf.since, token: leaf.token, ttl: leaf.ttl } : null;
}

/**
 * Releases another runner's lease, for a person who knows that its holder is gone. If the holder is alive after all,
 * it notices this only with its next renewal. Returns who held it.
 */
export async function breakLease(
  couch: Couch,
  place: LeasePlace,
  who: string,
): Promise<{ readonly holder: string; readonly since: string; readonly token: number } | null> {
  const broken = await readLease(couch, place);
  const body = { holder: null, nonce: randomUUID(), since: new Date().toISOString(), ttl: 0, brokenBy: who };
  let outcome: Outcome | undefined;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const leaves = await readLeaves(couch, place, { timeout });
    const [leaf] = held(leaves ?? []);
    if (leaves && !leaf) return broken;
    if (leaf) {
      outcome = await writeLease(couch, place, leaf.rev, { ...body, token: largestToken(leaves ?? []) + 1 }, timeout);
    }
    if (outcome?.kind !== "written") await jitter(200);
  }
  throw failure(outcome, "the lease could not be released");
}
