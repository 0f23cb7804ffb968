/** What an index that is built shows to be wrong with its views: CouchDB builds it all the same. */
import { isDeepStrictEqual } from "node:util";
import type { Couch } from "../../couch/couch.js";
import { type Path, path } from "../../couch/path.js";
import { membersOf } from "../json.js";
import { type DesignDoc, viewNames } from "./design-doc.js";
import { placesToAsk } from "./index-state.js";

export interface ViewFault {
  readonly view: string;
  readonly reason: string;
}

interface Asked {
  /** The design document's name. */
  readonly name: string;
  readonly doc: DesignDoc;
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
  const [before, after] = [
    { name, doc: stored },
    { name: staged, doc },
  ];
  const sameLibrary = isDeepStrictEqual(was.lib, is.lib);
  for (const view of viewNames(doc)) {
    if (sameLibrary && isDeepStrictEqual(was[view], is[view])) continue;
    const reduces = membersOf(is[view]).reduce !== undefined;
    const failing = reduces ? await reduceError(couch, database, after, view) : undefined;
    if (failing !== undefined) return { view, reason: failing };
    if (was[view] === undefined || (await rowsOf(couch, database, after, view)) !== 0) continue;
    const rows = await rowsOf(couch, database, before, view);
    if (!rows) continue;
    const reason = `it has no rows, where it had ${rows}: its map may throw for every document, which CouchDB's log tells`;
    return { view, reason };
  }
  return undefined;
}

/** Of a view of each partition nothing is known: it would take the name of one that has rows. */
async function reduceError(couch: Couch, database: string, { name }: Asked, view: string): Promise<string | undefined> {
  const at = path`/${database}/_design/${name}/_view/${view}`;
  const [row] = (await query(couch, at, { limit: 1 }))?.rows ?? [];
  return row?.error === undefined ? undefined : [row.error, row.reason].filter(Boolean).join(": ");
}

/** Of all shards. Undefined: it does not tell. */
async function rowsOf(couch: Couch, database: string, { name, doc }: Asked, view: string): Promise<number | undefined> {
  let rows = 0;
  // Asked for one partition, a view tells the rows of all that are in its shard.
  for (const at of await placesToAsk(couch, database, name, doc, view)) {
    const inShard = (await query(couch, at, { limit: 0, reduce: false }))?.total_rows;
    if (inShard === undefined) return undefined;
    rows += inShard;
  }
  return rows;
}

async function query(
  couch: Couch,
  at: Path,
  options: Readonly<Record<string, number | boolean>>,
): Promise<Answer | undefined> {
  const asked = { query: { ...options, update: false }, accept: [400, 404], fresh: true };
  const answer = await couch.read<Answer>(at, asked);
  return answer.status === 200 ? answer.body : undefined;
}
