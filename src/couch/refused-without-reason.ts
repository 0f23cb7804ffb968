/** CouchDB refuses some writes of users who are not admins of the database with a 500, and gives no reason. */
import { MigrateError } from "../contract/errors.js";
import type { Couch } from "./couch.js";
import { rightIn } from "./database-right.js";
import type { Path } from "./path.js";
import { readSession } from "./session.js";

/** Does `work`, which sends a PUT to `at`; if it fails because the user is not an admin of the database, says so. */
export async function withReason<T>(couch: Couch, database: string, at: Path, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw (await lackOfRight(couch, database, at)) ?? thrown;
  }
}

async function lackOfRight(couch: Couch, database: string, at: Path): Promise<MigrateError | undefined> {
  const session = await readSession(couch).catch(() => undefined);
  if (!session || (await rightIn(couch, database, session).catch(() => "admin")) !== "member") return undefined;
  const permission = `admin of ${database}`;
  const message = `user ${JSON.stringify(session.name)} needs to be an ${permission} for PUT ${at}`;
  return new MigrateError("missing-permission", { message, data: { permission, database, user: session.name } });
}
