/**
 * Merges ledgers as a set that only grows: an entry that one copy has and another lacks is never dropped, so a stale
 * copy, or a late runner, loses nothing.
 */
import { isDeepStrictEqual } from "node:util";
import { entryOf } from "./entry-of.js";
import type { Entry, Fingerprint, Ledger } from "./ledger.js";

/**
 * `ours` was made from `base`; in the meantime `theirs` was stored. A change on only one side is taken from that
 * side; if both sides changed an entry, the later application wins, and ours if the times are equal.
 */
export function mergeLedgers(base: Ledger | undefined, theirs: Ledger | undefined, ours: Ledger): Ledger {
  if (!theirs) return ours;
  const ids = new Set([...Object.keys(theirs.entries), ...Object.keys(ours.entries)]);
  const entries = Object.fromEntries(
    [...ids].flatMap((id) => {
      const merged = mergeEntries(entryOf(base, id), entryOf(theirs, id), entryOf(ours, id));
      return merged ? [[id, merged]] : [];
    }),
  );
  const fingerprint = mergeFingerprints(base?.fingerprint, theirs.fingerprint, ours.fingerprint);
  const versions = mergeVersions(theirs.versions, ours.versions);
  // `ours` may come from a stale copy.
  const release = (theirs.release?.at ?? 0) > (ours.release?.at ?? 0) ? theirs.release : ours.release;
  const nodes = pick(base?.nodes, theirs.nodes, ours.nodes);
  const server = theirs.server ?? ours.server;
  return {
    ...theirs,
    ...ours,
    entries,
    ...(fingerprint ? { fingerprint } : {}),
    ...(versions ? { versions } : {}),
    ...(release ? { release } : {}),
    ...(nodes ? { nodes } : {}),
    ...(server ? { server } : {}),
  };
}

/** Noted versions stay noted; a version that was noted again gets the later position. */
function mergeVersions(theirs: Ledger["versions"], ours: Ledger["versions"]): Ledger["versions"] {
  if (!theirs || !ours) return ours ?? theirs;
  const merged = Object.entries(ours).map(([version, place]) => [version, Math.max(place, theirs[version] ?? 0)]);
  return { ...theirs, ...Object.fromEntries(merged) };
}

/** The replaced secrets are those that either side knows. */
function mergeFingerprints(
  base: Fingerprint | undefined,
  theirs: Fingerprint | undefined,
  ours: Fingerprint | undefined,
): Fingerprint | undefined {
  const picked = pick(base, theirs, ours);
  if (!picked || !theirs || !ours || theirs.salt !== ours.salt) return picked;
  const former = new Set([...(theirs.former ?? []), ...(ours.former ?? [])]);
  former.delete(picked.hash);
  return former.size === 0 ? picked : { ...picked, former: [...former] };
}

function mergeEntries(base: Entry | undefined, theirs: Entry | undefined, ours: Entry | undefined): Entry | undefined {
  if (!theirs || !ours || isDeepStrictEqual(theirs, ours)) return ours ?? theirs;
  const [later, earlier] = theirsWin(base, theirs, ours) ? [theirs, ours] : [ours, theirs];
  const former = new Set([...earlier.former, earlier.checksum, ...later.former]);
  former.delete(later.checksum);
  return { ...later, former: [...former] };
}

/** The runners' clocks differ, so they are compared only if both sides changed the entry. */
function theirsWin(base: Entry | undefined, theirs: Entry, ours: Entry): boolean {
  if (base && isDeepStrictEqual(base, theirs)) return false;
  if (base && isDeepStrictEqual(base, ours)) return true;
  return Date.parse(theirs.appliedAt) > Date.parse(ours.appliedAt);
}

function pick<T>(base: T, theirs: T, ours: T): T {
  return ours === undefined || isDeepStrictEqual(base, ours) ? (theirs ?? ours) : ours;
}
