/**
 * The lease: at most one runner of a migration set at work.
 *
 * CouchDB gives at most one 201 for the writes on one parent revision, but a document may have several leaves, and a
 * 202 leaves a stray one behind that others may see first. So:
 *
 *  1. Read all leaves.
 *  2. If one is held, wait until the held revisions have not changed for one TTL on our own monotonic clock.
 *  3. Write on the leaf of the highest generation, with a token larger than all.
 *  4. 201: a candidate. 202: give up our stray leaf, and begin again: it is buried beside another live one, else freed,
 *     for nobody deletes the last leaf. Who leaves without the lease looks at all copies for a stray leaf of theirs.
 *  5. Read again. Bury siblings and what was there before; yield to anything else (lease-leaves.ts: `judge`).
 *  6. Renew by compare-and-set; past 0.6 TTL since the last renewal was *sent*, stop (held-lease.ts).
 *  7. Release in place: `holder: null`, and, where all is done, a snapshot for the next run (engine/fast-path/).
 *
 * After a lost answer: read, and if our nonce is there, set it again and go on at 5. Steps 1 to 5 are in acquisition.ts.
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

/** Throws `lease-held` past `leaseWait`, `interrupted` when the signal aborts, and what keeps CouchDB from a quorum. */
export async function takeLease(couch: Couch, place: LeasePlace, options: TakeLeaseOptions): Promise<Lease> {
  const lease = await new Acquisition(couch, place, options).take();
  if (!lease) throw bug("a lease that is always needed was given up");
  return lease;
}

/**
 * As `takeLease`, but asks `stillNeeded` whenever somebody who was waited for is done: those who wait need not take the
 * lease one after another only to find that nothing is left to do. `undefined`: it is no longer needed.
 */
export async function takeLeaseIfNeeded(
  couch: Couch,
  place: LeasePlace,
  options: TakeLeaseOptions & { readonly stillNeeded: () => Promise<boolean> },
): Promise<Lease | undefined> {
  return new Acquisition(couch, place, options).take();
}

/** Milliseconds for a request of somebody who holds no lease and needs none. */
const timeout = 30_000;

/** Who holds the lease; one request that only reads. */
export async function readLease(
  couch: Couch,
  place: LeasePlace,
): Promise<{ readonly holder: string; readonly since: string; readonly token: number; readonly ttl: number } | null> {
  const leaf = holding((await readLeaves(couch, place, { timeout })) ?? []);
  return leaf ? { holder: leaf.holder ?? "", since: leaf.since, token: leaf.token, ttl: leaf.ttl } : null;
}

/**
 * Frees somebody else's lease, for a person who knows that its holder is gone. A holder that is alive after all learns
 * of it with its next renewal only. Returns whose it was.
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
