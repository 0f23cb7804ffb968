/**
 * The ledger is a set that only grows: what one copy knows and another does not is never dropped, so that a stale copy,
 * or a runner that was late, loses nothing.
 */
import { isDeepStrictEqual } from "node:util";
import type { Entry, Ledger } from "./ledger.js";

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
  const fingerprint = pick(base?.fingerprint, theirs.fingerprint, ours.fingerprint);
  const nodes = pick(base?.nodes, theirs.nodes, ours.nodes);
  return { ...theirs, ...ours, entries, ...(fingerprint ? { fingerprint } : {}), ...(nodes ? { nodes } : {}) };
}

export function mergeEntries(
  base: Entry | undefined,
  theirs: Entry | undefined,
  ours: Entry | undefined,
): Entry | undefined {
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

function entryOf(ledger: Ledger | undefined, id: string): Entry | undefined {
  return ledger && Object.hasOwn(ledger.entries, id) ? ledger.entries[id] : undefined;
}
