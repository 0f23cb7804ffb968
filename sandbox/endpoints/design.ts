/** Paths below a design document: its views and its `_info`. */

import { isObject, type JsonObject } from "../json.js";
import { badRequest, CouchError, methodNotAllowed, notFound, type Reply, reply } from "../reply.js";
import { jsonObjectBody } from "../request.js";
import { parseParameters } from "../views/parameters.js";
import { queryView } from "../views/query.js";
import type { DatabaseContext } from "./endpoint.js";
import { answerQueries } from "./queries.js";
import { readDocument } from "./read-document.js";

/** @param path the path after the name of the design document: `["_view", "by-kind"]` */
export async function designEndpoint(context: DatabaseContext, name: string, path: readonly string[]): Promise<Reply> {
  const designDoc = await readDocument(context.database, `_design/${name}`, {});
  const [action, view, queries] = path;
  if (action === "_info") return info(context, name, designDoc);
  requireKnownLanguage(designDoc, action);
  if (action !== "_view") throw notFound("Document is missing attachment");
  if (view === undefined || path.length > 3) throw methodNotAllowed("GET,POST,HEAD");
  return query(context, designDoc, view, queries === "queries");
}

/** Like CouchDB, checks the language when a function is called, and not when the design document is stored. */
function requireKnownLanguage({ language = "javascript" }: JsonObject, action: string | undefined): void {
  if (action !== "_view" && action !== "_show") return;
  if (language !== "javascript" && language !== "query") {
    throw new CouchError(500, "unknown_query_language", String(language));
  }
}

async function query(
  { database, request }: DatabaseContext,
  designDoc: JsonObject,
  view: string,
  several: boolean,
): Promise<Reply> {
  const { method, query: parameters } = request;
  if (several) {
    if (method !== "POST") throw methodNotAllowed("POST");
    return answerQueries(jsonObjectBody(request), (each) => queryView(database, designDoc, view, each));
  }
  if (method !== "GET" && method !== "POST") throw methodNotAllowed("GET,POST,HEAD");
  const body = method === "POST" ? jsonObjectBody(request) : {};
  if (body.queries !== undefined) throw badRequest("The `queries` parameter is no longer supported at this endpoint");
  return reply(await queryView(database, designDoc, view, parseParameters(parameters, body)));
}

/** `waiting_commit` is never true: an index is saved as soon as it is built. */
async function info({ database, request }: DatabaseContext, name: string, designDoc: JsonObject): Promise<Reply> {
  if (request.method !== "GET") throw methodNotAllowed("GET");
  const index = database.views.of(designDoc);
  const pending = await index.pending();
  const view_index = {
    updates_pending: { minimum: pending, preferred: pending, total: pending },
    waiting_commit: false,
    waiting_clients: 0,
    updater_running: index.isUpdating,
    update_seq: index.updateSeq,
    sizes: { file: 0, external: 0, active: 0 },
    signature: index.signature,
    purge_seq: 0,
    language: index.language,
    compact_running: false,
    collator_versions: isObject(designDoc.views) ? ["153.120"] : [],
  };
  return reply({ name, view_index });
}
