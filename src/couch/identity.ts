/**
 * Checks that the URL is the root of a CouchDB. If it is a path below, inside a database, most requests ask for a
 * document that does not exist, so everything would seem to be missing.
 */
import type { Couch, ReadOptions } from "./couch.js";
import { path } from "./path.js";
import { belowRoot, notCouchDB } from "./wrong-address.js";

interface Welcome {
  readonly couchdb?: unknown;
  readonly db_name?: unknown;
  readonly reason?: unknown;
}

/** Used if no other response has proved it. Sends one request per run. Throws `wrong-address`, `not-couchdb`. */
export async function assertRoot(couch: Pick<Couch, "read" | "url">, options: ReadOptions = {}): Promise<void> {
  // 400: no database can have this name.
  const { status, body } = await couch.read<Welcome | null>(path`/`, { ...options, accept: [400, 404] });
  if (typeof body?.couchdb === "string") return;
  if (typeof body?.db_name === "string") throw belowRoot(couch.url, body.db_name);
  if (status !== 200) throw belowRoot(couch.url);
  throw notCouchDB(couch.url);
}
