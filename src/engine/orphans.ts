/**
 * Steps that are in the ledger, but no longer in the files: what they left on the server, and what to do about it.
 * Pure.
 */

import type { Orphan } from "../contract/results.js";
import { kindByName } from "../kinds/index.js";
import { isOnce, isRemoval, removingKind } from "../kinds/traits.js";
import { commandText } from "../ledger/command-line.js";
import { entryOf } from "../ledger/entry-of.js";
import type { Entry, Ledger } from "../ledger/ledger.js";
import type { LedgerPlace } from "../ledger/place.js";
import { list } from "../text/quantity.js";

/** A step of the files that claims an object. */
export interface Claimer {
  readonly id: string;
  /** Whether it removes what it claims: in the future, or already. Absent: it does not. */
  readonly removes?: "will" | "has";
}

/** @param claimers by object, as `database/zerglings` */
export function describeOrphans(
  ids: readonly string[],
  ledger: Ledger | undefined,
  place: LedgerPlace,
  claimers: ReadonlyMap<string, Claimer>,
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
      note: noteOf(entry, claimers),
      forget: commandText("ledger forget", place, { id }),
    };
  });
}

function noteOf(entry: Entry, claimers: ReadonlyMap<string, Claimer>): string {
  const { claims = [], databases } = entry;
  if (isRemoval(entry)) return "its object was removed; nothing is left on the server";
  if (isOnce(entry)) return "what it changed stays changed; there is nothing to remove";
  const names = Object.keys(databases);
  const withDatabase = removalOf(
    names.map((database) => `database/${database}`),
    claimers,
  );
  if (withDatabase !== undefined) return withDatabase;
  const left = claims.filter((claim) => !claimers.has(claim));
  if (claims.length > 0 && left.length === 0) {
    const owners = [...new Set(claims.flatMap((claim) => claimers.get(claim)?.id ?? []))];
    return (
      removalOf(claims, claimers) ??
      `${few(claims)} now ${claims.length === 1 ? "belongs" : "belong"} to step ${few(owners)}`
    );
  }
  const [what, verb, them] = left.length === 1 ? [few(left), "stays", "it"] : [whatIsLeft(left, names), "stay", "them"];
  const stays = `${what} ${verb} on the server`;
  const removedBy = removingKind(entry);
  if (removedBy) return `${stays}; a \`${removedBy}\` step removes ${them}`;
  return kindByName.has(entry.kind) ? `${stays}; no step removes ${them}` : stays;
}

function whatIsLeft(left: readonly string[], databases: readonly string[]): string {
  if (left.length > 0) return few(left);
  return databases.length > 0 ? `its objects in ${few(databases)}` : "its objects";
}

/** Applies if steps of the files remove all of the objects. */
function removalOf(objects: readonly string[], claimers: ReadonlyMap<string, Claimer>): string | undefined {
  const removers = objects
    .flatMap((object) => claimers.get(object) ?? [])
    .filter(({ removes }) => removes !== undefined);
  if (objects.length === 0 || removers.length < objects.length) return undefined;
  const steps = few([...new Set(removers.map(({ id }) => id))]);
  if (removers.some(({ removes }) => removes === "will")) return `step ${steps} will remove ${few(objects)}`;
  return `${few(objects)} ${objects.length === 1 ? "was" : "were"} removed by step ${steps}; nothing is left on the server`;
}

function few(names: readonly string[]): string {
  return list(names, 3);
}
