/** Faults in views that only a built index shows; CouchDB builds it anyway. */
import { isDeepStrictEqual } from "node:util";
import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { type Path, path } from "../../couch/path.js";
import { membersOf } from "../../text/json.js";
import { type DesignDoc, idOf, viewNames } from "./design-doc.js";
import { placesToAsk } from "./index-state.js";

interface ViewFault {
  readonly view: string;
  /** The rest of a sentence about the view. */
  readonly reason: string;
  /** It has lost all its rows. */
  readonly empty?: true;
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

interface Deployment {
  /** The design document whose index is built, for `doc`. */
  readonly staged: string;
  /** The one that `stored` was read from. */
  readonly name: string;
  readonly doc: DesignDoc;
  readonly stored: DesignDoc;
  /** Views whose rows are not checked. */
  readonly mayBeEmpty: readonly string[];
}

/**
 * All views that differ from the stored ones, and whose reduce fails or which have lost all their rows, as a view
 * does if its map throws for every document.
 */
export async function faultsInViews(
  couch: Couch,
  database: string,
  { staged, name, doc, stored, mayBeEmpty }: Deployment,
): Promise<ViewFault[]> {
  const was = membersOf(stored.views);
  const is = membersOf(doc.views);
  const [before, after] = [
    { name, doc: stored },
    { name: staged, doc },
  ];
  const sameLibrary = isDeepStrictEqual(was.lib, is.lib);
  const faults: ViewFault[] = [];
  for (const view of viewNames(doc)) {
    if (sameLibrary && isDeepStrictEqual(was[view], is[view])) continue;
    const reduces = membersOf(is[view]).reduce !== undefined;
    const failing = reduces ? await reduceError(couch, database, after, view) : undefined;
    if (failing !== undefined) faults.push({ view, reason: `fails: ${failing}` });
    if (failing !== undefined || mayBeEmpty.includes(view) || was[view] === undefined) continue;
    if ((await rowsOf(couch, database, after, view)) !== 0) continue;
    const rows = await rowsOf(couch, database, before, view);
    if (rows) faults.push({ view, reason: `has no rows, but had ${rows} before`, empty: true });
  }
  return faults;
}

export function viewsFailure(database: string, name: string, faults: readonly ViewFault[]): MigrateError {
  const said = faults.map(({ view, reason }) => `view ${view} of ${idOf(name)} in ${database} ${reason}`);
  const empty = faults.flatMap((fault) => (fault.empty ? [`${name}/${fault.view}`] : []));
  const meant =
    empty.length === 0
      ? ""
      : ` If a view is meant to become empty, add \`mayBeEmpty: ${JSON.stringify(empty)}\` to the step; if not, its map may throw for every document: see CouchDB's log.`;
  return new MigrateError("step-failed", {
    message: `${said.join("; ")}. No design document of this step was changed in that database`,
    data: { database, designDoc: name, views: faults.map(({ view }) => view), reason: said.join("; ") },
    next: `Fix the views named above, then run again.${meant} With \`deploy: inPlace\` views are not checked.`,
  });
}

/** The reduce of a partitioned view is not checked: it would need the name of a partition with rows. */
async function reduceError(couch: Couch, database: string, { name }: Asked, view: string): Promise<string | undefined> {
  const at = path`/${database}/_design/${name}/_view/${view}`;
  const [row] = (await query(couch, at, { limit: 1 }))?.rows ?? [];
  return row?.error === undefined ? undefined : [row.error, row.reason].filter(Boolean).join(": ");
}

/** In all shards. Undefined: unknown. */
async function rowsOf(couch: Couch, database: string, { name, doc }: Asked, view: string): Promise<number | undefined> {
  let rows = 0;
  // For one partition, a view reports the rows of all partitions in the same shard.
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
