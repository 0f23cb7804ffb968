/** Names the permission that a refused request needs. */
import { catalogue, MigrateError } from "../contract/errors.js";
import type { Answered } from "./answer.js";
import { scopeOf } from "./memo.js";
import type { Session } from "./session.js";

/** `target`: the encoded path; a query is ignored. */
export function neededPermission(method: string, target: string): string {
  const path = target.split("?", 1)[0] ?? target;
  const database = decodeURIComponent(scopeOf(path));
  if (database === "" || database.startsWith("_")) return "server admin";
  const below = path.split("/").slice(2);
  if (below.length === 0 || below[0] === "") return method === "GET" ? `member of ${database}` : "server admin";
  if (below[0] === "_purged_infos_limit") return "server admin";
  const reads = method === "GET" || method === "HEAD";
  const ofAdmins = /^_(?:design|security|index|revs_limit|compact|view_cleanup)$/;
  return !reads && ofAdmins.test(below[0] ?? "") ? `admin of ${database}` : `member of ${database}`;
}

/**
 * The login is correct, but CouchDB refuses the request.
 *
 * @param howToBeAdmin how the user of this login becomes a server admin
 */
export function missingPermission(
  method: string,
  target: string,
  session: Session | undefined,
  answer: Answered,
  howToBeAdmin?: string,
): MigrateError {
  const permission = neededPermission(method, target);
  const path = target.split("?", 1)[0] ?? target;
  const user = session?.name ?? null;
  const role = `${permission.startsWith("admin") ? "an" : "a"} ${permission}`;
  const message =
    user === null
      ? `${method} ${path} needs a login as ${role}`
      : `user ${JSON.stringify(user)} needs to be ${role} for ${method} ${path}`;
  return new MigrateError("missing-permission", {
    message,
    ...nextOf(path, howToBeAdmin),
    data: { permission, method, path, user, status: answer.status },
  });
}

/** The ledger is never server-wide, so for a server-wide path, another database for it would not help. */
function nextOf(path: string, howToBeAdmin: string | undefined): { readonly next?: string } {
  if (path.startsWith("/_")) return { next: howToBeAdmin ?? "Run as a server admin." };
  return howToBeAdmin === undefined ? {} : { next: `${catalogue["missing-permission"].next} ${howToBeAdmin}` };
}
