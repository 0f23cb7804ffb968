/**
 * What the leaves of the lease document mean: pure decisions of the protocol in lease.ts.
 *
 * On a cluster a document can have several live leaves at the same time, and a plain GET returns any one of them. So
 * the lease is always read with `open_revs=all`, and every decision considers all leaves.
 */
import type { Leaf } from "./parse-leaves.js";

/** The leaves that are held. */
export function held(leaves: readonly Leaf[]): readonly Leaf[] {
  return leaves.filter((leaf) => !leaf.deleted && leaf.holder !== null);
}

/** The leaf that shows who holds the lease: if there are several, the one with the largest token. */
export function holding(leaves: readonly Leaf[]): Leaf | undefined {
  return [...held(leaves)].sort((a, b) => b.token - a.token || byRev(b, a))[0];
}

/** The newest leaf of this acquisition that is held. */
export function own(leaves: readonly Leaf[], nonce: string): Leaf | undefined {
  return highest(held(leaves).filter((leaf) => leaf.nonce === nonce));
}

/** What a new holder writes: on which revision (`undefined`: a new document), and with which token. */
export function nextWrite(leaves: readonly Leaf[]): { readonly on: string | undefined; readonly token: number } {
  return {
    // CouchDB refuses (409) a write on a tombstone: if there are only tombstones, it must not name a revision.
    on: highest(leaves.filter((leaf) => !leaf.deleted))?.rev,
    token: largestToken(leaves) + 1,
  };
}

/** Over all leaves, including tombstones, so that a token is never given twice. */
export function largestToken(leaves: readonly Leaf[]): number {
  return leaves.reduce((largest, leaf) => Math.max(largest, leaf.token), 0);
}

/** What the last holder left. `undefined`: nothing, or several leaves are live and may differ. */
export function snapshotIn(leaves: readonly Leaf[]): object | undefined {
  const [only, ...others] = leaves.filter((leaf) => !leaf.deleted);
  const snapshot = only?.snapshot;
  return others.length === 0 && typeof snapshot === "object" ? (snapshot ?? undefined) : undefined;
}

/** How long the same held revisions have been seen, by the watcher's own monotonic clock. */
export interface Watch {
  readonly revisions: string;
  /** When the response arrived that first showed them. */
  readonly from: number;
}

/** `answered`: when the response with these leaves arrived. */
export function watch(before: Watch | undefined, leaves: readonly Leaf[], answered: number): Watch {
  const revisions = held(leaves)
    .map((leaf) => leaf.rev)
    .sort()
    .join(" ");
  return before?.revisions === revisions ? before : { revisions, from: answered };
}

/**
 * Whether the lease may be taken: if nobody holds it; or if the held revisions have not changed for one TTL, the
 * longest of all TTLs involved. Its holder renewed it last before they were first seen, so it has stopped at 0.6 of
 * its TTL.
 */
export function mayTake(leaves: readonly Leaf[], watch: Watch, asked: number, ttl: number): boolean {
  const holders = held(leaves);
  const longest = Math.max(ttl, ...holders.map((leaf) => leaf.ttl));
  return holders.length === 0 || asked - watch.from >= longest;
}

export type Verdict =
  | { readonly yield: true; readonly why: string }
  /** `mustSucceed`: otherwise it might still be renewed or taken. */
  | { readonly yield: false; readonly tombstones: readonly { readonly leaf: Leaf; readonly mustSucceed: boolean }[] };

/**
 * Whether the candidate won. `seen`: the revisions that it had judged before it wrote; `mine`: the revision that it
 * wrote with a 201. Siblings of its own leaf have lost, because CouchDB gives one 201 per parent. Leaves in `seen`
 * are over. Any other leaf may belong to a runner that won on another parent.
 */
export function judge(leaves: readonly Leaf[], mine: string, seen: ReadonlySet<string>): Verdict {
  const self = leaves.find((leaf) => leaf.rev === mine);
  if (!self || self.deleted) return { yield: true, why: "the revision that was written is no leaf" };
  const others = leaves.filter((leaf) => leaf !== self && !leaf.deleted);
  const stranger = others.find((leaf) => !seen.has(leaf.rev) && leaf.parent !== self.parent);
  if (stranger) return { yield: true, why: `an unknown leaf ${stranger.rev}` };
  return { yield: false, tombstones: others.map((leaf) => ({ leaf, mustSucceed: seen.has(leaf.rev) })) };
}

function highest(leaves: readonly Leaf[]): Leaf | undefined {
  return [...leaves].sort((a, b) => byRev(b, a))[0];
}

function byRev(a: Leaf, b: Leaf): number {
  const generations = Number.parseInt(a.rev, 10) - Number.parseInt(b.rev, 10);
  return generations || (a.rev < b.rev ? -1 : a.rev > b.rev ? 1 : 0);
}
