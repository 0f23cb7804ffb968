/** The leases of parts, of which a set has as many as its steps were ever divided into. */
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import { holding } from "./lease-leaves.js";
import { parseLeaves } from "./parse-leaves.js";
import { type LedgerPlace, type PartPlace, partLeases, partOfLease } from "./place.js";

export interface PartLease {
  readonly part: PartPlace;
  readonly holder: string;
  readonly since: string;
}

interface Listing {
  readonly rows: readonly { readonly id: string }[];
}

interface Leaves {
  readonly results: readonly { readonly id: string; readonly docs: readonly unknown[] }[];
}

const documentsARequest = 200;

/**
 * Those that somebody holds, by step and number. One request that only reads where no step was ever divided; where one
 * was, another one: of a list only the ids are believed, and who holds a lease is told by all leaves of its document. A
 * lease that was taken a moment ago may be missing: on a cluster the list is that of one copy.
 */
export async function readPartLeases(couch: Couch, place: LedgerPlace): Promise<readonly PartLease[]> {
  const listing = path`/${place.database}/_all_docs`;
  const answer = await couch.read<Listing>(listing, { query: partLeases(place), accept: [404], fresh: true });
  const ids = answer.status === 404 ? [] : answer.body.rows.map(({ id }) => id);
  const found: PartLease[] = [];
  for (let i = 0; i < ids.length; i += documentsARequest) {
    const docs = ids.slice(i, i + documentsARequest).map((id) => ({ id }));
    const { body } = await couch.read<Leaves>(path`/${place.database}/_bulk_get`, { body: { docs }, fresh: true });
    for (const { id, docs } of body.results) {
      const part = partOfLease(place, id);
      const leaf = holding(parseLeaves(docs) ?? []);
      if (part && leaf) found.push({ part, holder: leaf.holder ?? "", since: leaf.since });
    }
  }
  return found.sort(byPart);
}

function byPart({ part: one }: PartLease, { part: other }: PartLease): number {
  return one.step === other.step ? one.number - other.number : one.step < other.step ? -1 : 1;
}
