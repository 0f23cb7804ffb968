/** Computes where to divide the documents of a database into parts of about the same size. */
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import type { IdRange } from "./reading.js";

/** Limits the time of a request, because CouchDB reads all documents that it skips. */
const longestHop = 100_000;

/** The last id of each part except the last one, in the order of ids. These documents may be deleted later. */
export async function boundsOf(couch: Couch, database: string, parts: number): Promise<string[]> {
  const { body } = await couch.read<{ readonly doc_count: number }>(path`/${database}`, { keep: false });
  const bounds: string[] = [];
  let [last, reached]: [string | undefined, number] = [undefined, 0];
  for (let part = 1; part < parts; part += 1) {
    const end = Math.floor((body.doc_count * part) / parts);
    while (reached < end) {
      const hop = Math.min(end - reached, longestHop);
      last = (await idBehind(couch, database, last, hop)) ?? last;
      reached += hop;
    }
    bounds.push(last ?? "");
  }
  return bounds;
}

/** The id that is this many positions after the given one. */
async function idBehind(
  couch: Couch,
  database: string,
  id: string | undefined,
  places: number,
): Promise<string | undefined> {
  const query =
    id === undefined ? { skip: places - 1, limit: 1 } : { start_key: JSON.stringify(id), skip: places, limit: 1 };
  const { body } = await couch.read<{ readonly rows: readonly { readonly id: string }[] }>(
    path`/${database}/_all_docs`,
    { query, keep: false },
  );
  return body.rows[0]?.id;
}

/** @param part the number of the part, starting from 1 */
export function rangeOf(bounds: readonly string[], part: number): IdRange {
  return { after: bounds[part - 2], upTo: bounds[part - 1] };
}
