/** Determines what a user may do in a database. */
import { isStringArray, membersOf } from "../text/json.js";
import type { Couch } from "./couch.js";
import { path } from "./path.js";
import { isAdmin, type Session } from "./session.js";

/** An admin is also a member. */
export type DatabaseRight = "none" | "member" | "admin";

/** Sends one request, which members may send. `undefined`: the database does not exist. */
export async function rightIn(couch: Couch, database: string, session: Session): Promise<DatabaseRight | undefined> {
  const { status, body } = await couch.read(path`/${database}/_security`, { accept: [401, 403, 404] });
  if (status === 404) return undefined;
  if (status !== 200) return "none";
  return isAdmin(session) || isIn(session, membersOf(body).admins) ? "admin" : "member";
}

function isIn({ name, roles }: Session, side: unknown): boolean {
  const { names, roles: named } = membersOf(side);
  if (name !== null && isStringArray(names) && names.includes(name)) return true;
  return isStringArray(named) && roles.some((role) => named.includes(role));
}
