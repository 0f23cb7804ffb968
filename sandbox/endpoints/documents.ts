/** Requests for one document: read, write, delete, copy. `_local` documents go through here too. */

import { isStringArray, type JsonObject } from "../json.js";
import { documentInParts } from "../multipart.js";
import { badRequest, notFound, type Reply, reply } from "../reply.js";
import {
  absoluteUrl,
  accepts,
  type CouchRequest,
  contentType,
  jsonBody,
  jsonParameter,
  requireJsonType,
} from "../request.js";
import type { Database } from "../storage/database.js";
import { type Edit, parseEdit } from "../storage/edit.js";
import { isLocalId } from "../storage/local-docs.js";
import { formatRevision, parseRevision, type Revision } from "../storage/revisions.js";
import { openLeaves, type Written, writeEdit } from "../storage/write.js";
import type { DatabaseContext, Handler } from "./endpoint.js";
import { type ReadOptions, readDocument, readLocalDocument } from "./read-document.js";

/** A document endpoint also gets the id, which the router assembles. */
export interface DocumentContext extends DatabaseContext {
  readonly id: string;
}

export const getDocument: Handler<DocumentContext> = async (context) => {
  const { database, id, request, user } = context;
  const options = readOptions(request);
  const openRevs = request.query.get("open_revs");
  if (openRevs !== null) return openRevisions(context, options);
  const stored = isLocalId(id) ? readLocalDocument(database, id, options) : await readDocument(database, id, options);
  const document = database.rules.afterRead?.(stored, user, database) ?? stored;
  const etag = `"${document._rev}"`;
  if (request.headers["if-none-match"] === etag) return { status: 304, headers: { ETag: etag } };
  return reply(document, 200, options.plain ? { ETag: etag } : {});
};

function readOptions({ query }: CouchRequest): ReadOptions {
  const on = (name: string) => query.get(name) === "true";
  const meta = on("meta");
  const options = {
    revs: on("revs"),
    revs_info: meta || on("revs_info"),
    conflicts: meta || on("conflicts"),
    deleted_conflicts: meta || on("deleted_conflicts"),
    local_seq: on("local_seq"),
    attachments: on("attachments"),
  };
  return { ...options, rev: revisionParameter({ query }), plain: !Object.values(options).some(Boolean) };
}

function revisionParameter({ query }: Pick<CouchRequest, "query">): string | undefined {
  const rev = query.get("rev");
  return rev === null || query.get("latest") === "true" ? undefined : formatRevision(parseRevision(rev));
}

async function openRevisions({ database, id, request }: DocumentContext, options: ReadOptions): Promise<Reply> {
  const all = request.query.get("open_revs") === "all";
  if (isLocalId(id)) throw notFound();
  let results: ({ ok: JsonObject } | { missing: string })[];
  if (all) {
    results = (await openLeaves(database, id, { revs: options.revs }).catch(() => [])).map((ok) => ({ ok }));
    if (results.length === 0) throw notFound();
  } else {
    const wanted = jsonParameter(request, "open_revs");
    if (!isStringArray(wanted)) throw badRequest("Invalid list of revisions");
    results = await Promise.all(wanted.map((rev) => openRevision(database, id, rev, options)));
  }
  return accepts(request, "multipart/mixed") ? multipart(results) : reply(results);
}

async function openRevision(
  database: Database,
  id: string,
  rev: string,
  { revs = false }: ReadOptions,
): Promise<{ ok: JsonObject } | { missing: string }> {
  const exact = formatRevision(parseRevision(rev));
  const ok = await readDocument(database, id, { rev: exact, revs }).catch(() => undefined);
  return ok ? { ok } : { missing: exact };
}

/** The response for a client that does not ask for JSON. */
function multipart(results: readonly object[]): Reply {
  const boundary = "7d4ae330141be9c054304ede92bf1201";
  const parts = results.map((result) => {
    const [type, body] = "ok" in result ? ["application/json", result.ok] : ['application/json; error="true"', result];
    return `--${boundary}\r\nContent-Type: ${type}\r\n\r\n${JSON.stringify(body)}\r\n`;
  });
  const headers = { "Content-Type": `multipart/mixed; boundary="${boundary}"` };
  return { status: 200, headers, raw: `${parts.join("")}--${boundary}--` };
}

export const putDocument: Handler<DocumentContext> = async (context) => {
  const { database, id, request } = context;
  const partitioned = database.shape.partitioned;
  const body = contentType(request) === "multipart/related" ? documentInParts(request) : jsonBody(request);
  const edit = withRevision(parseEdit(body, { id, partitioned }), editedRevision(request));
  return saved(context, edit, request.query.get("new_edits") !== "false");
};

export const postDocument: Handler<DatabaseContext> = async (context) => {
  requireJsonType(context.request);
  const edit = parseEdit(jsonBody(context.request), { partitioned: context.database.shape.partitioned });
  return saved(context, edit, true);
};

export const deleteDocument: Handler<DocumentContext> = async (context) => {
  const { database, id, request, user } = context;
  if (isLocalId(id)) database.locals.get(id);
  else await readDocument(database, id, {});
  const edit = withRevision({ id, history: [], deleted: true, body: {} }, editedRevision(request));
  return written(await writeEdit(database, edit, { user, newEdits: true }), 200);
};

export const copyDocument: Handler<DocumentContext> = async (context) => {
  const { database, id, request, user } = context;
  const destination = request.headers.destination;
  if (typeof destination !== "string") throw badRequest("Destination header is mandatory for COPY.");
  const [target = "", query] = destination.split("?");
  const rev = new URLSearchParams(query).get("rev");
  const source = isLocalId(id)
    ? readLocalDocument(database, id, {})
    : await readDocument(database, id, { rev: revisionParameter(request), attachments: true });
  const { _id, _rev, ...content } = source;
  const edit = parseEdit(content, { id: decodeURIComponent(target), partitioned: database.shape.partitioned });
  const copy = withRevision(edit, rev === null ? undefined : parseRevision(rev));
  const outcome = await writeEdit(database, copy, { user, newEdits: true });
  return written(outcome, 201, { Location: absoluteUrl(request, database.name, outcome.id) });
};

/** @throws CouchError 400 if a replicated write does not name its revision */
export function requireRevision(edit: Edit): void {
  if (edit.revision) return;
  throw badRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
}

async function saved(context: DatabaseContext, edit: Edit, newEdits: boolean): Promise<Reply> {
  const { database, request, user } = context;
  if (!newEdits) requireRevision(edit);
  const writing = writeEdit(database, edit, { user, newEdits });
  if (request.query.get("batch") === "ok") {
    writing.catch(() => undefined);
    return reply({ ok: true, id: edit.id }, 202);
  }
  const outcome = await writing;
  const location = { Location: absoluteUrl(request, database.name, outcome.id) };
  return written(outcome, outcome.deleted ? 200 : 201, location);
}

function written({ id, rev }: Written, status: number, headers: Record<string, string> = {}): Reply {
  return reply({ ok: true, id, rev }, status, { ...headers, ETag: `"${rev}"` });
}

/** The revision that the query or `If-Match` names. @throws CouchError 400 if they differ */
export function editedRevision({ query, headers }: CouchRequest): Revision | undefined {
  const rev = query.get("rev");
  const etag = headers["if-match"]?.replace(/^"|"$/g, "");
  const named = [rev ?? undefined, etag].filter((text) => text !== undefined).map(parseRevision);
  const [first, second] = named;
  if (first && second && formatRevision(first) !== formatRevision(second)) {
    throw badRequest("Document rev and etag have different values");
  }
  return first;
}

/** @throws CouchError 400 if the document names another revision */
function withRevision(edit: Edit, revision: Revision | undefined): Edit {
  if (!revision) return edit;
  if (edit.revision && formatRevision(edit.revision) !== formatRevision(revision)) {
    throw badRequest("Document rev from request body and query string have different values");
  }
  return edit.revision ? edit : { ...edit, revision, history: [revision.hash] };
}
