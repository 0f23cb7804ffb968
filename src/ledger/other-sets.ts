/** The other sets with ledgers in the same database, and what they claim. */
import type { Couch } from "../couch/couch.js";
import { isOfDeepAnswer } from "../couch/nesting.js";
import { path } from "../couch/path.js";
import { readIfAllowed } from "../couch/read-if-allowed.js";
import type { Ledger } from "./ledger.js";
import { parseLedger } from "./ledger-document.js";
import { allLedgers, type LedgerPlace } from "./place.js";

interface Listing {
  readonly rows: readonly { readonly doc?: { readonly set?: unknown } | null }[];
}

/**
 * Sends one request. Empty if they can't be listed (CouchDB 1.x, IBM Cloudant, missing permissions, a ledger that is nested too
 * deeply). Ledgers that this version can't read are left out.
 */
export async function readOtherSets(couch: Couch, place: LedgerPlace): Promise<readonly Ledger[]> {
  const options = { query: allLedgers, fresh: true, keep: false };
  const at = path`/${place.database}/_local_docs`;
  const listing = await readIfAllowed<Listing>(couch, at, options).catch(noneIfDeep);
  return (listing?.rows ?? []).flatMap(({ doc }) => {
    const set = doc?.set;
    if (typeof set !== "string" || set === place.set) return [];
    try {
      return [parseLedger(doc, { ...place, set }).ledger];
    } catch {
      return [];
    }
  });
}

function noneIfDeep(error: unknown): undefined {
  if (isOfDeepAnswer(error)) return undefined;
  throw error;
}

export interface SharedClaim {
  readonly id: string;
  readonly claim: string;
  readonly set: string;
  /** The id of the step in the other set. */
  readonly other: string;
}

/** Pure. @param claims by step id */
export function sharedClaims(
  claims: readonly (readonly [string, readonly string[]])[],
  others: readonly Ledger[],
): SharedClaim[] {
  const idOf = new Map(claims.flatMap(([id, of]) => of.map((claim) => [claim, id] as const)));
  return others.flatMap(({ set, entries }) =>
    Object.entries(entries).flatMap(([other, entry]) =>
      (entry.claims ?? []).flatMap((claim) => {
        const id = idOf.get(claim);
        return id === undefined ? [] : [{ id, claim, set, other }];
      }),
    ),
  );
}
