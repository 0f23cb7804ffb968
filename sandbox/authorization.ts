/** Decides whether the user may send this request. As in CouchDB, only the path counts, and no endpoint has run yet. */

import type { Node } from "./node.js";
import { unauthorized } from "./reply.js";
import type { CouchRequest } from "./request.js";
import { isServerAdmin, type User } from "./user.js";

/** Server paths that anyone may request. `_active_tasks` and `_cluster_setup` check rights themselves. */
const open = new Set(["_up", "_uuids", "_session", "_utils"]);
/**
 * Listings of `_users` and `_replicator` that only admins may read; the rest of these databases follows their
 * `_security`.
 */
const adminListings = new Set(["_all_docs", "_changes"]);

/** @throws CouchError 401, 403, or 404 if the database does not exist */
export function authorize(node: Node, request: CouchRequest, user: User): void {
  const [first, second] = request.path;
  const { method } = request;
  if (first === undefined || first === "favicon.ico") return;
  if (first === "_all_dbs" || first === "_dbs_info") {
    if (node.profile.closedByDefault) requireServerAdmin(user);
    return;
  }
  if (first === "_users" || first === "_replicator") {
    const whole = second === undefined && (method === "PUT" || method === "DELETE");
    if (whole || (second !== undefined && adminListings.has(second))) requireServerAdmin(user);
    else node.databases.get(first).requireMember(user);
    return;
  }
  if (first.startsWith("_")) {
    if (!open.has(first)) requireServerAdmin(user);
    return;
  }
  authorizeDatabase(node, request, user, first);
}

function authorizeDatabase(node: Node, request: CouchRequest, user: User, name: string): void {
  const { method, path } = request;
  const second = path[1];
  if (second === undefined && (method === "PUT" || method === "DELETE")) requireServerAdmin(user);
  else if (second === "_compact" || (second === "_view_cleanup" && path.length === 2)) {
    const database = node.databases.get(name);
    database.requireMember(user);
    if (!database.isAdmin(user)) throw unauthorized("You are not a server or db admin.");
  } else if (second === "_purge" || second === "_sync_shards" || second === "_purged_infos_limit") {
    requireServerAdmin(user);
  } else node.databases.get(name).requireMember(user);
}

export function requireServerAdmin(user: User): void {
  if (!isServerAdmin(user)) throw unauthorized("You are not a server admin.");
}
