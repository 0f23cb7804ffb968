/** The node's configuration, at `/_node/{node}/_config`, or at `/_config` on 1.x. */

import { badRequest, forbidden, methodNotAllowed, notFound, type Reply, reply } from "../reply.js";
import { jsonBody } from "../request.js";
import { illegalDatabaseName } from "../storage/names.js";
import type { Context } from "./endpoint.js";
import { shardMapsEndpoint } from "./shard-maps.js";

/** Sections that name programs to run: CouchDB never lets anyone change them over HTTP. */
const blacklisted = new Set([
  "daemons",
  "external",
  "httpd_design_handlers",
  "httpd_db_handlers",
  "httpd_global_handlers",
  "native_query_servers",
  "os_daemons",
  "query_servers",
]);

export async function nodeEndpoint(context: Context): Promise<Reply> {
  const { profile } = context.node;
  const [, name, what, ...rest] = context.request.path;
  if (name === undefined) throw badRequest("Incomplete path to _node request");
  const isLocal = name === "_local" && profile.localAlias;
  if (!isLocal && name !== profile.nodeName) throw notFound(`no such node: ${name}`);
  if (what === undefined) return reply({ name: profile.nodeName });
  if (what === "_dbs") return shardMapsEndpoint(context, rest);
  if (what !== "_config") throw illegalDatabaseName(what);
  return configEndpoint(context, rest);
}

/** @param path the path after `_config` */
export function configEndpoint({ node: { config, profile }, request }: Context, path: readonly string[]): Reply {
  const [section, key, ...more] = path;
  const { method } = request;
  if (section === undefined) {
    if (method !== "GET") throw methodNotAllowed("GET");
    return reply(config.all());
  }
  if (section === "_reload" && key === undefined) {
    if (method !== "POST") throw methodNotAllowed("POST");
    return reply({ ok: true });
  }
  if (key === undefined) {
    if (method !== "GET") throw methodNotAllowed("GET");
    return reply(config.section(section));
  }
  if (more.length > 0) throw notFound();

  const old = config.get(section, key);
  if (method === "PUT") {
    checkBlacklist(section);
    const value = jsonBody(request);
    if (typeof value !== "string") throw badRequest("a JSON string expected");
    if (profile.nodeConfig) config.set(section, key, value);
    else config.set(section, key, value, request.query.get("raw") === "true");
    return reply(old ?? "");
  }
  if (method !== "GET" && method !== "DELETE") throw methodNotAllowed("GET,PUT,DELETE");
  if (method === "DELETE") checkBlacklist(section);
  if (old === undefined) throw notFound("unknown_config_value");
  if (method === "DELETE") config.delete(section, key);
  return reply(old);
}

function checkBlacklist(section: string): void {
  if (blacklisted.has(section)) throw forbidden("Config section blacklisted for modification over HTTP API.");
}
