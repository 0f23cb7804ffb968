/** What an index that is built shows to be wrong with its views: CouchDB builds it all the same. */
import { isDeepStrictEqual } from "node:util";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { membersOf } from "../json.js";
import { type DesignDoc, viewNames } from "./design-doc.js";

export interface ViewFault {
  readonly view: string;
  readonly reason: string;
}

interface Answer {
  readonly total_rows?: number;
  readonly rows?: readonly { readonly error?: string; readonly reason?: string }[];
}

/**
 * The first of the views that are not as they were, and whose reduce fails, or that has lost all its rows, as it does
 * when its map throws for every document.
 *
 * @param staged the design document whose index is built, for `doc`; `name`: the one that `stored` was read from
 */
export async function faultInViews(
  couch: Couch,
  database: string,
  { staged, name, doc, stored }: { staged: string; name: string; doc: DesignDoc; stored: DesignDoc },
): Promise<ViewFault | undefined> {
  const was = membersOf(stored.views);
  const is = membersOf(doc.views);
  const sameLibrary = isDeepStrictEqual(was.lib, is.lib);
  for (const view of viewNames(doc)) {
    if (sameLibrary && isDeepStrictEqual(was[view], is[view])) continue;
    const failing =
      membersOf(is[view]).reduce === undefined ? undefined : await reduceError(couch, database, staged, view);
    if (failing !== undefined) return { view, reason: failing };
    if (was[view] === undefined || (await rowsOf(couch, database, staged, view)) !== 0) continue;
    const before = await rowsOf(couch, database, name, view);
    if (!before) continue;
    const reason = `it has no rows, where it had ${before}: its map may throw for every document, which CouchDB's log tells`;
    return { view, reason };
  }
  return undefined;
}

async function reduceError(couch: Couch, database: string, ddoc: string, view: string): Promise<string | undefined> {
  const [row] = (await query(couch, database, ddoc, view, { limit: 1 }))?.rows ?? [];
  return row?.error === undefined ? undefined : [row.error, row.reason].filter(Boolean).join(": ");
}

/** Undefined: it does not tell. */
async function rowsOf(couch: Couch, database: string, ddoc: string, view: string): Promise<number | undefined> {
  return (await query(couch, database, ddoc, view, { limit: 0, reduce: false }))?.total_rows;
}

/** Undefined where it is a view of each partition, which refuses to be asked as a whole. */
async function query(
  couch: Couch,
  database: string,
  ddoc: string,
  view: string,
  options: Readonly<Record<string, number | boolean>>,
): Promise<Answer | undefined> {
  const at = path`/${database}/_design/${ddoc}/_view/${view}`;
  const answer = await couch.read<Answer>(at, {
    query: { ...options, update: false },
    accept: [400, 404],
    fresh: true,
  });
  return answer.status === 200 ? answer.body : undefined;
}
