import pMap from "p-map";
import type { Couch, Query } from "../couch/couch.js";
import { isOfDeepAnswer } from "../couch/nesting.js";
import { path } from "../couch/path.js";
import type { JsonObject } from "../text/json.js";
import type { LeftOut } from "./result.js";
import { unlessTooDeep } from "./too-deep.js";

/** Documents can be as large as 8 MB, but most of those that are read here have a few kB. */
const rowsARequest = 500;
/** How many single requests run at the same time. */
const maxConcurrentReads = 4;

interface Row {
  readonly id: string;
  readonly doc?: JsonObject | null;
}

/**
 * Returns the documents with ids in this range, in CouchDB's order; none if the database does not exist. Documents
 * that are nested too deeply are added to `leftOut`.
 */
export async function documentsBetween(
  couch: Couch,
  database: string,
  start: string | undefined,
  end: string | undefined,
  leftOut: LeftOut[],
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
    const rows = await rowsOf(couch, database, query).catch((error: unknown) => {
      if (isOfDeepAnswer(error)) return oneByOne(couch, database, query, leftOut);
      throw error;
    });
    found.push(...rows.flatMap(({ doc }) => (doc ? [doc] : [])));
    if (rows.length < rowsARequest) return found;
    from = rows.at(-1)?.id;
  }
}

async function rowsOf(couch: Couch, database: string, query: Query): Promise<readonly Row[]> {
  const where = path`/${database}/_all_docs`;
  const { status, body } = await couch.read<{ rows?: readonly Row[] }>(where, { query, accept: [404] });
  return status === 404 ? [] : (body.rows ?? []);
}

/** If one document is nested too deeply, the response for all of them is refused. */
async function oneByOne(couch: Couch, database: string, query: Query, leftOut: LeftOut[]): Promise<readonly Row[]> {
  const rows = await rowsOf(couch, database, { ...query, include_docs: false });
  return pMap(
    rows,
    async ({ id }) => {
      const only = { include_docs: true, startkey: JSON.stringify(id), endkey: JSON.stringify(id) };
      const ask = () => rowsOf(couch, database, only);
      return (await unlessTooDeep(`document ${id} of ${database}`, leftOut, ask))?.[0] ?? { id };
    },
    { concurrency: maxConcurrentReads },
  );
}
