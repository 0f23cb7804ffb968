/** `_index` and `_find`. */

import { chooseIndex } from "../mango/choose-index.js";
import { mangoError } from "../mango/errors.js";
import { find, parseFindRequest } from "../mango/find.js";
import {
  addIndex,
  allDocsIndex,
  describeIndex,
  listIndexes,
  parseIndexRequest,
  removeIndex,
} from "../mango/indexes.js";
import { CouchError, methodNotAllowed, notFound, type Reply, reply } from "../reply.js";
import { jsonObjectBody } from "../request.js";
import { parseEdit } from "../storage/edit.js";
import { writeEdit } from "../storage/write.js";
import { type DatabaseContext, endpoint } from "./endpoint.js";

export const findDocuments = endpoint<DatabaseContext>("POST", {
  POST: async ({ database, request }) => {
    const wish = parseFindRequest(jsonObjectBody(request));
    return reply(await find(database, wish, request.query.get("partition") ?? undefined));
  },
});

/** Shows which index would be used, without CouchDB's details about the other indexes. */
export const explain = endpoint<DatabaseContext>("POST", {
  POST: async ({ database, request }) => {
    const wish = parseFindRequest(jsonObjectBody(request));
    const index = chooseIndex(await listIndexes(database), wish);
    return reply({
      dbname: database.name,
      index: index ? describeIndex(index) : allDocsIndex,
      partitioned: database.shape.partitioned,
      selector: wish.selector,
      limit: wish.limit,
      skip: wish.skip,
      fields: wish.fields.length === 0 ? "all_fields" : wish.fields,
    });
  },
});

const wholeIndex = endpoint<DatabaseContext>("GET,POST", {
  GET: async ({ database, request }) => {
    const indexes = [allDocsIndex, ...(await listIndexes(database)).map(describeIndex)];
    const [limit, skip] = [range(request.query.get("limit"), 1), range(request.query.get("skip"), 0)];
    const shown = indexes.slice(skip ?? 0).slice(0, limit ?? indexes.length);
    return reply({ total_rows: indexes.length, indexes: shown });
  },

  POST: async (context) => {
    const wanted = parseIndexRequest(jsonObjectBody(context.request));
    const existing = (await context.database.designDocs()).find(({ _id }) => _id === wanted.ddoc);
    const designDoc = addIndex(existing, wanted);
    if (designDoc) await save(context, designDoc);
    return reply({ result: designDoc ? "created" : "exists", id: wanted.ddoc, name: wanted.name });
  },
});

export async function indexEndpoint(context: DatabaseContext): Promise<Reply> {
  const path = context.request.path.slice(2);
  if (path.length === 0) return wholeIndex(context);
  const [ddoc, type, name, ...more] = path[0] === "_design" ? path.slice(1) : path;
  if (name === undefined || more.length > 0) throw notFound();
  if (context.request.method !== "DELETE") throw methodNotAllowed("DELETE");
  const id = `_design/${ddoc?.replace(/^_design\//, "")}`;
  const existing = (await context.database.designDocs()).find((designDoc) => designDoc._id === id);
  if (type !== "json") throw notFound();
  await save(context, removeIndex(existing, name));
  return reply({ ok: true });
}

/** If the design document can't be saved, the response is a 500, even for missing rights. */
async function save({ database, user }: DatabaseContext, designDoc: object): Promise<void> {
  try {
    await writeEdit(database, parseEdit(designDoc, { partitioned: false }), { user, newEdits: true });
  } catch (error) {
    if (!(error instanceof CouchError)) throw error;
    const reason =
      error.error === "conflict"
        ? "Encountered a conflict while saving the design document."
        : `Unknown error while saving the design document: ${error.error}`;
    throw mangoError("error_saving_ddoc", reason, 500);
  }
}

function range(text: string | null, least: number): number | undefined {
  if (text === null) return undefined;
  if (/^-?\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw mangoError("invalid_list_index_params", "Index parameter ranges: limit > 1, skip > 0", 500);
}
