/** Steps that are in the ledger, but no longer in the files: what is left of them, and what to do about it. Pure. */

import type { Orphan } from "../contract/results.js";
import { commandText } from "../ledger/command-line.js";
import { entryOf } from "../ledger/entry-of.js";
import type { Entry, Ledger } from "../ledger/ledger.js";
import type { LedgerPlace } from "../ledger/place.js";
import { kindByName } from "../steps/index.js";
import { isOnce, isRemoval, removingKind } from "../steps/traits.js";
import { list } from "../text/quantity.js";

/** @param claimedBy the id of the step that claims an object now, by object */
export function describeOrphans(
  ids: readonly string[],
  ledger: Ledger | undefined,
  place: LedgerPlace,
  claimedBy: ReadonlyMap<string, string>,
): Orphan[] {
  return ids.flatMap((id) => {
    const entry = entryOf(ledger, id);
    if (!entry) return [];
    const { kind, claims = [] } = entry;
    const removedBy = removingKind(entry);
    return {
      id,
      kind,
      objects: claims,
      ...(removedBy === undefined ? {} : { removedBy }),
      note: noteOf(entry, claimedBy),
      forget: commandText("ledger forget", place, { id }),
    };
  });
}

function noteOf(entry: Entry, claimedBy: ReadonlyMap<string, string>): string {
  const { claims = [], databases } = entry;
  if (isRemoval(entry)) return "it removed something, so nothing of it is on the server";
  if (isOnce(entry)) return "what it changed stays as it is; there is nothing to remove";
  const left = claims.filter((claim) => !claimedBy.has(claim));
  const claimers = [...new Set(claims.flatMap((claim) => claimedBy.get(claim) ?? []))];
  if (claims.length > 0 && left.length === 0) return `${few(claims)} belongs to ${few(claimers)} now`;
  const where = Object.keys(databases).map((database) => `in ${database}`);
  const what = few(left.length > 0 ? left : where);
  const stays = `what it ensured stays on the server${what === "" ? "" : ` (${what})`}`;
  const removedBy = removingKind(entry);
  if (removedBy) return `${stays}; a \`${removedBy}\` step deletes it`;
  return kindByName.has(entry.kind) ? `${stays}; no step removes it` : stays;
}

function few(names: readonly string[]): string {
  return list(names, 3);
}
