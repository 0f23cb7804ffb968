import type { JsonObject } from "../json.js";

/** `_id` and `_rev` first, as CouchDB writes documents; PouchDB puts them last. */
export function idFirst({ _id, _rev, ...fields }: JsonObject): JsonObject {
  return { _id, _rev, ...fields };
}
