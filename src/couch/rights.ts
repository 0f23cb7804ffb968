/** Says which right a refused request needs. */
import { MigrateError } from "../contract/errors.js";
import type { Answered } from "./answer.js";
import { scopeOf } from "./memo.js";
import type { Session } from "./session.js";

/** `target`: the path, encoded; a query does not matter. */
export function neededRight(method: string, target: string): string {
  const path = target.split("?", 1)[0] ?? target;
  const database = decodeURIComponent(scopeOf(path));
  if (database === "" || database.startsWith("_")) return "server admin";
  const below = path.split("/").slice(2);
  if (below.length === 0 || below[0] === "") return method === "GET" ? `member of ${database}` : "server admin";
  const reads = method === "GET" || method === "HEAD";
  const ofAdmins = /^_(?:design|security|index|revs_limit|purged_infos_limit|compact|view_cleanup)$/;
  return !reads && ofAdmins.test(below[0] ?? "") ? `admin of ${database}` : `member of ${database}`;
}

/** The user is who he says he is, and still the answer is no. */
export function missingRight(
  method: string,
  target: string,
  session: Session | undefined,
  answer: Answered,
): MigrateError {
  const right = neededRight(method, target);
  const path = target.split("?", 1)[0] ?? target;
  const user = session?.name ?? null;
  const who = user === null ? "an anonymous user" : `the user ${JSON.stringify(user)}`;
  return new MigrateError("missing-right", {
    message: `${method} ${path} needs the right of ${right}, which ${who} lacks.`,
    data: { right, method, path, user, status: answer.status },
  });
}
