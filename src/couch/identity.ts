/**
 * Is the URL the root of a CouchDB? Below it, in a database, most of what a run asks for is a document that does not
 * exist, so that everything would look as if it had to be created.
 */
import type { Couch, ReadOptions } from "./couch.js";
import { path } from "./path.js";
import { belowRoot, notCouchDB } from "./wrong-address.js";

interface Welcome {
  readonly couchdb?: unknown;
  readonly db_name?: unknown;
  readonly reason?: unknown;
}

/** Where no other answer has shown it. One request, which is not repeated in a run. Throws `wrong-address`, `not-couchdb`. */
export async function assertRoot(couch: Pick<Couch, "read" | "url">, options: ReadOptions = {}): Promise<void> {
  // 400: no database may be called so.
  const { status, body } = await couch.read<Welcome | null>(path`/`, { ...options, accept: [400, 404] });
  if (typeof body?.couchdb === "string") return;
  if (typeof body?.db_name === "string") throw belowRoot(couch.url, body.db_name);
  if (status !== 200) throw belowRoot(couch.url);
  throw notCouchDB(couch.url);
}
