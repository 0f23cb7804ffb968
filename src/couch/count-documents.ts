import type { Couch } from "./couch.js";
import { path } from "./path.js";

/** How many documents a database has at this moment, not counting design documents. One request, in every version. */
export async function countDocuments(couch: Couch, database: string): Promise<number> {
  const query = { start_key: '"_design/"', end_key: '"_design0"', inclusive_end: false };
  const { body } = await couch.read<Listing>(path`/${database}/_all_docs`, { query, fresh: true });
  return body.total_rows - body.rows.length;
}

/** `total_rows` counts all documents of the database, `rows` only has the range. */
interface Listing {
  readonly total_rows: number;
  readonly rows: readonly unknown[];
}
