/** Lists of databases: `_all_dbs` and `_dbs_info`. */

import type { Node } from "../node.js";
import { badRequest, methodNotAllowed, reply } from "../reply.js";
import { jsonObjectBody } from "../request.js";
import { databaseInfo } from "../storage/info.js";
import { compareRaw } from "../views/collation.js";
import { parseParameters } from "../views/parameters.js";
import { selectRows } from "../views/select.js";
import { type Context, endpoint } from "./endpoint.js";

export const allDbs = endpoint<Context>("GET,HEAD", {
  GET: ({ node, request }) => reply(selectNames(node, request.query)),
});

export const dbsInfo = endpoint<Context>("GET,HEAD,POST", {
  GET: async ({ node, request }) => {
    if (!node.profile.creationSecond) throw methodNotAllowed("POST");
    return reply(await Promise.all(selectNames(node, request.query).map((name) => infoRow(node, name))));
  },
  POST: async ({ node, request }) => {
    const { keys } = jsonObjectBody(request);
    if (keys === undefined) throw badRequest("`keys` member must exist.");
    if (!Array.isArray(keys)) throw badRequest("`keys` member must be an array.");
    if (keys.length > 100) throw badRequest("too_many_keys");
    return reply(await Promise.all(keys.map((name) => infoRow(node, String(name)))));
  },
});

function selectNames(node: Node, query: URLSearchParams): string[] {
  const rows = node.databases.names().map((name) => ({ id: name, key: name, value: null }));
  return selectRows(rows, parseParameters(query), compareRaw).rows.map((row) => row.id);
}

async function infoRow(node: Node, name: string): Promise<object> {
  const database = node.databases.find(name);
  return database ? { key: name, info: await databaseInfo(database) } : { key: name, error: "not_found" };
}
