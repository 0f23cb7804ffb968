/** The leases of parts. A set has as many as its steps were ever divided into. */
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
 * The held ones, by step and number. Sends one request that only reads if no step was ever divided. Otherwise sends
 * another one: only the ids of a listing are reliable, and all leaves of a lease's document are needed to know who
 * holds it. A lease that was just taken may be missing: on a cluster, the listing comes from one copy.
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
