/** Requests for a whole database: create, describe, delete; its security, limits and maintenance. */

import { requireServerAdmin } from "../authorization.js";
import { isObject, isStringArray } from "../json.js";
import { badRequest, CouchError, forbidden, notFound, reply } from "../reply.js";
import { absoluteUrl, type CouchRequest, jsonBody, requireJsonType } from "../request.js";
import { databaseInfo } from "../storage/info.js";
import { postDocument } from "./documents.js";
import { type Context, type DatabaseContext, endpoint } from "./endpoint.js";

export const database = endpoint<Context>("DELETE,GET,HEAD,POST", {
  GET: async (context) => reply(await databaseInfo(existing(context))),

  PUT: async ({ node, request, user }) => {
    requireServerAdmin(user);
    const [name = ""] = request.path;
    const q = shardParameter(request, "q");
    shardParameter(request, "n");
    const partitioned = request.query.get("partitioned") ?? "false";
    const isKnown = partitioned === "true" || partitioned === "false";
    if (node.profile.partitions && !isKnown) throw badRequest("Invalid `partitioned` parameter");
    const shape = { partitioned: node.profile.partitions && partitioned === "true" };
    await node.databases.create(name, { ...(q === undefined ? {} : { q }), ...shape });
    return reply({ ok: true }, 201, { Location: absoluteUrl(request, name) });
  },

  DELETE: async ({ node, request, user }) => {
    requireServerAdmin(user);
    if (request.query.has("rev")) {
      throw badRequest(
        "You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a document instead?",
      );
    }
    await node.databases.delete(request.path[0] ?? "");
    return reply({ ok: true });
  },

  POST: (context) => postDocument({ ...context, database: existing(context) }),
});

function existing({ node, request }: Context) {
  return node.databases.get(request.path[0] ?? "");
}

function shardParameter(request: CouchRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text) || Number(text) < 1) throw badRequest(`The \`${name}\` value should be a positive integer.`);
  return Number(text);
}

/**
 * A real cluster gives this response to every failure of `_security`, whether the body is bad or rights are missing.
 */
const noMajority = () => new CouchError(500, "error", "no_majority");

export const security = endpoint<DatabaseContext>("PUT,GET", {
  GET: (context) => reply(context.database.security),
  PUT: (context) => {
    if (context.database.name === "_users" && context.node.profile.closedByDefault) {
      throw forbidden("You can't edit the security object of the user database.");
    }
    const body = jsonBody(context.request);
    const valid = isObject(body) && isSecurityGroup(body.admins) && isSecurityGroup(body.members ?? body.readers);
    if (!valid || !context.database.isAdmin(context.user)) throw noMajority();
    context.database.set({ security: body });
    return reply({ ok: true });
  },
});

function isSecurityGroup(group: unknown): boolean {
  if (group === undefined) return true;
  if (!isObject(group)) return false;
  return [group.names, group.roles].every((list) => list === undefined || isStringArray(list));
}

/** The limit is stored, but revisions are not pruned. */
export const revsLimit = endpoint<DatabaseContext>("PUT,GET", {
  GET: (context) => reply(context.database.revsLimit),
  PUT: (context) => {
    const limit = jsonBody(context.request);
    if (!isPositiveInteger(limit)) throw new CouchError(500, "unknown_error", "function_clause");
    if (!context.database.isAdmin(context.user))
      throw new CouchError(500, "badmatch", "You are not a db or server admin.");
    context.database.set({ revsLimit: limit });
    return reply({ ok: true });
  },
});

export const purgedInfosLimit = endpoint<DatabaseContext>("GET,PUT", {
  GET: (context) => reply(context.database.purgedInfosLimit),
  PUT: (context) => {
    const limit = jsonBody(context.request);
    if (!isPositiveInteger(limit)) throw badRequest("`purged_infos_limit` must be positive integer");
    context.database.set({ purgedInfosLimit: limit });
    return reply({ ok: true });
  },
});

function isPositiveInteger(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

export const compact = endpoint<DatabaseContext>("POST", {
  POST: async (context) => {
    requireJsonType(context.request);
    const [, , designName] = context.request.path;
    if (designName !== undefined && !(await context.database.exists(`_design/${designName}`))) throw notFound();
    if (designName === undefined) await context.database.exclusive(() => context.database.pouch.compact());
    return reply({ ok: true }, 202);
  },
});

export const viewCleanup = endpoint<DatabaseContext>("POST", {
  POST: async (context) => {
    await context.database.views.cleanUp();
    return reply({ ok: true }, 202);
  },
});

export const ensureFullCommit = endpoint<DatabaseContext>("POST", {
  POST: (context) => {
    requireJsonType(context.request);
    return reply({ ok: true, instance_start_time: String(context.database.created) }, 201);
  },
});

/** One shard map entry for each of the q ranges, all on this node. */
export const shards = endpoint<DatabaseContext>("GET", {
  GET: ({ node, database: { shape } }) => {
    const hex = (number: number) => Math.floor(number).toString(16).padStart(8, "0");
    const step = 2 ** 32 / shape.q;
    const ranges = Array.from({ length: shape.q }, (_, i) => `${hex(i * step)}-${hex((i + 1) * step - 1)}`);
    return reply({ shards: Object.fromEntries(ranges.map((range) => [range, [node.profile.nodeName]])) });
  },
});
