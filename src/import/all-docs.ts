import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import type { JsonObject } from "../steps/json.js";

/** Documents may have up to 8 MB each; most of those that are read here have a few kB. */
const rowsARequest = 500;

interface Row {
  readonly id: string;
  readonly doc?: JsonObject | null;
}

/** The documents whose ids lie between, in the order of CouchDB; none where there is no such database. */
export async function documentsBetween(
  couch: Couch,
  database: string,
  start: string | undefined,
  end: string | undefined,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (let from = start, skip = 0; ; skip = 1) {
    const query = {
      include_docs: true,
      limit: rowsARequest + skip,
      skip,
      ...(from === undefined ? {} : { startkey: JSON.stringify(from) }),
      ...(end === undefined ? {} : { endkey: JSON.stringify(end) }),
    };
    const answer = await couch.read<{ rows?: readonly Row[] }>(path`/${database}/_all_docs`, { query, accept: [404] });
    const rows = answer.status === 404 ? [] : (answer.body.rows ?? []);
    found.push(...rows.flatMap(({ doc }) => (doc ? [doc] : [])));
    if (rows.length < rowsARequest) return found;
    from = rows.at(-1)?.id;
  }
}
