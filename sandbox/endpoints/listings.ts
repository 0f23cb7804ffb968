/** `_all_docs`, `_design_docs` and `_local_docs`. */

import { isObject, type JsonObject } from "../json.js";
import { badRequest, notFound, reply } from "../reply.js";
import { type CouchRequest, jsonObjectBody, jsonParameter } from "../request.js";
import type { Database } from "../storage/database.js";
import { updateSequence } from "../storage/info.js";
import { idFirst } from "../storage/order.js";
import { compareRaw } from "../views/collation.js";
import { type Parameters, parseParameters } from "../views/parameters.js";
import type { Row } from "../views/row.js";
import { selectRows } from "../views/select.js";
import { type DatabaseContext, endpoint } from "./endpoint.js";
import { answerQueries } from "./queries.js";

type Listing = (database: Database, parameters: Parameters) => Promise<JsonObject>;

export const allDocs = listingEndpoint(async (database, parameters) => {
  const { rows } = await database.pouch.allDocs({});
  const shown =
    parameters.partition === undefined ? rows : rows.filter(({ id }) => id.startsWith(`${parameters.partition}:`));
  const seq = parameters.updateSeq ? { update_seq: updateSequence(await database.updateSeq()) } : {};
  return { total_rows: rows.length, ...seq, ...(await listDocuments(database, shown, parameters)) };
});

export const designDocs = listingEndpoint(async (database, parameters) => {
  const rows = (await database.designDocs()).map(({ _id, _rev }) => ({ id: _id, key: _id, value: { rev: _rev } }));
  const listed = await listDocuments(database, rows, parameters);
  return { total_rows: rows.length, ...listed, offset: await offsetInAllDocs(database, listed.offset, parameters) };
});

/** Like CouchDB, counts the ordinary documents on the way too. */
async function offsetInAllDocs(
  database: Database,
  offset: unknown,
  { descending, limit }: Parameters,
): Promise<unknown> {
  if (typeof offset !== "number" || limit === 0) return offset;
  const { rows } = await database.pouch.allDocs({});
  return offset + rows.filter(({ id }) => (descending ? id >= "_design0" : id < "_design/")).length;
}

/** `total_rows` and `offset` are null, as on a real cluster. */
export const localDocs = listingEndpoint(async (database, parameters) => {
  const locals = new Map(database.locals.all());
  const all = [...locals].map(([id, { rev }]) => ({ id, key: id, value: { rev } }));
  const rows = (parameters.keys ? byKeys(all, parameters) : selectRows(all, parameters, compareRaw).rows).map((row) => {
    const local = "id" in row ? locals.get(row.id) : undefined;
    if (!local || !parameters.includeDocs || !("id" in row)) return row;
    return { ...row, doc: { _id: row.id, _rev: local.rev, ...local.body } };
  });
  return { total_rows: null, offset: null, rows };
});

function listingEndpoint(list: Listing) {
  return endpoint<DatabaseContext>("GET,HEAD,POST", {
    GET: async ({ database, request }) => {
      if (request.path.length > 2) throw notFound();
      const keys = jsonParameter(request, "keys");
      if (keys !== undefined && !Array.isArray(keys)) throw badRequest("`keys` parameter must be an array.");
      return reply(await list(database, parametersOf(request)));
    },
    POST: async ({ database, request }) => {
      const body = jsonObjectBody(request);
      if (request.path[2] === "queries") return answerQueries(body, (parameters) => list(database, parameters));
      if (body.keys !== undefined && !Array.isArray(body.keys)) {
        throw badRequest("`keys` body member must be an array.");
      }
      return reply(await list(database, parametersOf(request, body)));
    },
  });
}

/** The key of a row is its id, so `startkey_docid` and `endkey_docid` are ignored. */
function parametersOf({ query }: CouchRequest, body?: JsonObject): Parameters {
  const { startId: _, endId: __, ...parameters } = parseParameters(query, body);
  return parameters;
}

type ListedRow = Row | { readonly key: unknown; readonly error: string };

async function listDocuments(
  database: Database,
  sorted: readonly { id: string; key: string; value?: unknown }[],
  parameters: Parameters,
): Promise<JsonObject> {
  const all = sorted.map(({ id, key, value }) => ({
    id,
    key,
    value: { rev: isObject(value) ? value.rev : undefined },
  }));
  const { keys } = parameters;
  const selection = keys
    ? { offset: null, rows: byKeys(await withDeleted(database, all, keys), parameters) }
    : selectRows(all, parameters, compareRaw);
  return { offset: selection.offset, rows: await withDocs(database, selection.rows, parameters) };
}

/** A listing by keys has one row per key, in the order of the keys, including deleted and missing documents. */
function byKeys(all: readonly Row[], { keys = [], skip, limit }: Parameters): ListedRow[] {
  const known = new Map(all.map((row) => [row.id, row]));
  return keys.slice(skip, skip + limit).map((key) => known.get(String(key)) ?? { key, error: "not_found" });
}

async function withDeleted(database: Database, all: readonly Row[], keys: readonly unknown[]): Promise<Row[]> {
  const known = new Set(all.map((row) => row.id));
  const others = keys.map(String).filter((key) => !known.has(key) && !key.startsWith("_local/"));
  if (others.length === 0) return [...all];
  const { rows } = await database.pouch.allDocs({ keys: others });
  return [...all, ...rows.flatMap(({ id, key, value }) => (value ? [{ id, key, value }] : []))];
}

async function withDocs(
  database: Database,
  rows: readonly ListedRow[],
  { includeDocs, conflicts, attachments }: Parameters,
): Promise<readonly object[]> {
  const ids = rows.flatMap((row) => ("id" in row ? [row.id] : []));
  if (!includeDocs || ids.length === 0) return rows;
  const found = await database.pouch.allDocs({ keys: ids, include_docs: true, conflicts, attachments });
  const docs = new Map(found.rows.map((row) => [row.id, row.doc ? idFirst(row.doc) : null]));
  return rows.map((row) => ("id" in row ? { ...row, doc: docs.get(row.id) ?? null } : row));
}
