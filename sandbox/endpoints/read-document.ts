/** Reads a document with the extra fields that a client requests. */

import type { JsonObject } from "../json.js";
import { notFound } from "../reply.js";
import type { Database } from "../storage/database.js";
import { idFirst } from "../storage/order.js";
import { openLeaves } from "../storage/write.js";

export interface ReadOptions {
  readonly rev?: string | undefined;
  readonly revs?: boolean;
  readonly revs_info?: boolean;
  readonly conflicts?: boolean;
  readonly deleted_conflicts?: boolean;
  readonly local_seq?: boolean;
  readonly attachments?: boolean;
  /** True if no option above is set: the response may carry an ETag. */
  readonly plain?: boolean;
}

/** @throws CouchError 404, with the reason `missing` or `deleted` */
export async function readDocument(database: Database, id: string, options: ReadOptions): Promise<JsonObject> {
  const { rev, revs = false, revs_info = false, conflicts = false, attachments = false } = options;
  const pouchOptions = { ...(rev === undefined ? {} : { rev }), revs, revs_info, conflicts, attachments };
  const found = await database.pouch.get(id, pouchOptions).catch((error: JsonObject) => {
    if (error.status !== 404) throw error;
    throw notFound(rev === undefined && error.reason === "deleted" ? "deleted" : "missing");
  });
  const told = revs_info ? { _revs_info: await withDeletions(database, id, found._revs_info as RevsInfo) } : {};
  return { ...idFirst(found), ...told, ...(await extraFields(database, id, options)) };
}

type RevsInfo = readonly { readonly rev: string; readonly status: string }[];

/** PouchDB marks a deleted revision `available`, like any revision with a stored body; CouchDB marks it `deleted`. */
async function withDeletions(database: Database, id: string, revisions: RevsInfo): Promise<RevsInfo> {
  const statusOf = async (rev: string, status: string) => {
    if (status !== "available") return status;
    const { _deleted } = await database.pouch.get(id, { rev });
    return _deleted ? "deleted" : status;
  };
  return Promise.all(revisions.map(async ({ rev, status }) => ({ rev, status: await statusOf(rev, status) })));
}

async function extraFields(database: Database, id: string, options: ReadOptions): Promise<JsonObject> {
  const extra: JsonObject = {};
  if (options.local_seq) {
    const { results } = await database.pouch.changes({ since: 0, doc_ids: [id] });
    extra._local_seq = results[0]?.seq;
  }
  if (options.deleted_conflicts) {
    const deleted = (await openLeaves(database, id)).filter((leaf) => leaf._deleted).map((leaf) => leaf._rev);
    if (deleted.length > 0) extra._deleted_conflicts = deleted;
  }
  return extra;
}

/** @throws CouchError 404, also if a specific revision is requested: `_local` documents have no history */
export function readLocalDocument(database: Database, id: string, { rev, revs }: ReadOptions): JsonObject {
  const { rev: current, body } = database.locals.get(id);
  if (rev !== undefined) throw notFound();
  const history = revs ? { _revisions: { start: 0, ids: [current.slice(2)] } } : {};
  return { _id: id, _rev: current, ...body, ...history };
}
