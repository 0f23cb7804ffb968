/** `_changes`, as a single response or a long poll. Continuous feeds are not supported. */

import { isObject, isStringArray, type JsonObject } from "../json.js";
import { normalizeSelector } from "../mango/normalize.js";
import { select } from "../mango/select.js";
import type { PouchChange } from "../pouch.js";
import { badRequest, CouchError, notImplemented, type Reply, reply } from "../reply.js";
import { type CouchRequest, jsonObjectBody, jsonParameter } from "../request.js";
import type { Database } from "../storage/database.js";
import { updateSequence } from "../storage/info.js";
import { idFirst } from "../storage/order.js";
import type { User } from "../user.js";
import { filterByView, filterNamed, type Passes } from "../views/filters.js";
import { type DatabaseContext, endpoint } from "./endpoint.js";

export const changes = endpoint<DatabaseContext>("GET,POST,HEAD", {
  GET: (context) => answer(context, {}),
  POST: (context) => answer(context, context.request.body.length === 0 ? {} : jsonObjectBody(context.request)),
});

type Filter = (changes: readonly PouchChange[]) => PouchChange[] | Promise<PouchChange[]>;

async function answer(context: DatabaseContext, body: JsonObject): Promise<Reply> {
  const { database, request } = context;
  const { query } = request;
  const feed = query.get("feed") ?? "normal";
  if (["continuous", "live", "eventsource"].includes(feed)) throw notImplemented();
  if (feed !== "normal" && feed !== "longpoll") {
    throw badRequest("Supported `feed` types: normal, continuous, live, longpoll, eventsource");
  }
  const limit = query.get("limit") ?? "";
  if (!/^-?\d*$/.test(limit)) throw new CouchError(500, "unknown_error", "badarg");
  const since = await sinceOf(database, query.get("since"));
  const filter = await filterOf(context, body);

  let found = await filter(await read(database, since, request));
  if (feed === "longpoll" && found.length === 0) {
    await nextChange(database, request);
    found = await filter(await read(database, since, request));
  }
  if (query.get("descending") === "true") found.reverse();
  const shown = limit === "" ? found : found.slice(0, Number(limit));
  const complete = shown.length === found.length;
  const last = complete ? await database.updateSeq() : (shown.at(-1)?.seq ?? since);
  return reply({
    results: shown.map((change) => row(change, query.get("include_docs") === "true")),
    last_seq: updateSequence(last),
    pending: found.length - shown.length,
  });
}

async function read(database: Database, since: number, { query }: CouchRequest): Promise<PouchChange[]> {
  const style = query.get("style") === "all_docs" ? "all_docs" : "main_only";
  return (await database.pouch.changes({ since, style, include_docs: true })).results;
}

function row({ seq, id, changes: revisions, deleted, doc }: PouchChange, includeDocs: boolean): JsonObject {
  return {
    seq: updateSequence(seq),
    id,
    changes: revisions,
    ...(deleted ? { deleted: true } : {}),
    ...(includeDocs && doc ? { doc: idFirst(doc) } : {}),
  };
}

async function sinceOf(database: Database, since: string | null): Promise<number> {
  if (since === null || since === "") return 0;
  if (since === "now") return database.updateSeq();
  const number = /^(\d+)(-|$)/.exec(since)?.[1];
  if (number === undefined) throw badRequest("Malformed sequence supplied in 'since' parameter.");
  return Number(number);
}

async function filterOf({ database, request, user }: DatabaseContext, body: JsonObject): Promise<Filter> {
  const { functions } = database;
  const name = request.query.get("filter");
  if (name === null) return (changes) => [...changes];
  if (name === "_design") return (changes) => changes.filter(({ id }) => id.startsWith("_design/"));
  if (name === "_doc_ids") {
    const ids = body.doc_ids ?? jsonParameter(request, "doc_ids");
    if (!isStringArray(ids)) throw badRequest("`doc_ids` filter parameter is not a list of doc ids.");
    return (changes) => changes.filter(({ id }) => ids.includes(id));
  }
  if (name === "_selector") {
    if (!isObject(body.selector)) throw badRequest("Selector must be specified in POST payload");
    const selector = normalizeSelector(body.selector);
    return (changes) => select(functions, selector, changes, ({ doc }) => doc);
  }
  if (name === "_view") {
    const view = request.query.get("view");
    if (view === null) throw badRequest("`view` filter parameter is not provided.");
    return passing(await filterByView(database, view));
  }
  return passing(await filterNamed(database, name, requestObject(request, user, database)));
}

function passing(passes: Passes): Filter {
  return async (changes) => {
    const passed = await passes(changes.map(({ doc }) => idFirst(doc ?? {})));
    return changes.filter((_, i) => passed[i]);
  };
}

/** What a function learns about the request. */
function requestObject({ method, path, rawPath, query, headers, peer }: CouchRequest, user: User, database: Database) {
  return {
    id: null,
    method,
    path,
    raw_path: `${rawPath}?${query}`,
    query: Object.fromEntries(query),
    headers,
    body: "undefined",
    peer,
    form: {},
    cookie: {},
    userCtx: { db: database.name, name: user.name, roles: user.roles },
    secObj: database.security,
  };
}

/** Waits for a change, the timeout, or the end of the connection. */
async function nextChange(database: Database, { query, signal }: CouchRequest): Promise<void> {
  const timeout = Math.min(Number(query.get("timeout") ?? 60_000) || 60_000, 60_000);
  const feed = database.pouch.changes({ since: "now", live: true });
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeout);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    void feed.on("change", end);
    signal.addEventListener("abort", end, { once: true });
  });
  feed.cancel();
}
