/**
 * The ledger is a set that only grows: what one copy knows and another does not is never dropped, so that a stale copy,
 * or a runner that was late, loses nothing.
 */
import { isDeepStrictEqual } from "node:util";
import { entryOf } from "./entry-of.js";
import type { Entry, Fingerprint, Ledger } from "./ledger.js";

/**
 * `ours` was made from `base`; meanwhile `theirs` is stored. What only one side changed is taken from it; where both
 * did, the later application wins, and ours at the same instant.
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
  // `ours` may be what a stale copy had.
  const release = (theirs.release?.at ?? 0) > (ours.release?.at ?? 0) ? theirs.release : ours.release;
  const nodes = pick(base?.nodes, theirs.nodes, ours.nodes);
  return {
    ...theirs,
    ...ours,
    entries,
    ...(fingerprint ? { fingerprint } : {}),
    ...(versions ? { versions } : {}),
    ...(release ? { release } : {}),
    ...(nodes ? { nodes } : {}),
  };
}

/** What is noted stays noted; a version that was noted again has the later place. */
function mergeVersions(theirs: Ledger["versions"], ours: Ledger["versions"]): Ledger["versions"] {
  if (!theirs || !ours) return ours ?? theirs;
  const merged = Object.entries(ours).map(([version, place]) => [version, Math.max(place, theirs[version] ?? 0)]);
  return { ...theirs, ...Object.fromEntries(merged) };
}

/** The secrets that were replaced are those that either side knows of. */
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

/** Runners' clocks differ: they are compared only where both sides changed the entry. */
function theirsWin(base: Entry | undefined, theirs: Entry, ours: Entry): boolean {
  if (base && isDeepStrictEqual(base, theirs)) return false;
  if (base && isDeepStrictEqual(base, ours)) return true;
  return Date.parse(theirs.appliedAt) > Date.parse(ours.appliedAt);
}

function pick<T>(base: T, theirs: T, ours: T): T {
  return ours === undefined || isDeepStrictEqual(base, ours) ? (theirs ?? ours) : ours;
}
