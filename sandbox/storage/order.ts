import type { JsonObject } from "../json.js";

/** Puts `_id` and `_rev` first, as CouchDB does; PouchDB puts them last. */
export function idFirst({ _id, _rev, ...fields }: JsonObject): JsonObject {
  return { _id, _rev, ...fields };
}
