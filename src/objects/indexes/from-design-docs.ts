/**
 * The Mango indexes that `GET /db/_index` would show, computed from their design documents, which saves a request if
 * these are known. Follows CouchDB's `mango_idx_view:from_ddoc`. Pure.
 */

import { isObject, type JsonObject, membersOf } from "../../text/json.js";
import type { DesignDoc } from "../design-docs/design-doc.js";
import type { StoredIndex } from "./definition.js";

/**
 * `undefined`: only CouchDB can tell, because it depends on its search services, or on an order that JSON.parse
 * loses.
 */
export function indexesIn(
  docs: Readonly<Record<string, DesignDoc>>,
  partitioned: boolean,
): readonly StoredIndex[] | undefined {
  const found: StoredIndex[] = [];
  for (const [ddoc, doc] of Object.entries(docs)) {
    if (doc.language !== "query") continue;
    if ("indexes" in doc || "nouveau" in doc || !isObject(doc.views)) return undefined;
    const own = membersOf(doc.options).partitioned ?? partitioned;
    if (typeof own !== "boolean") return undefined;
    for (const [name, view] of Object.entries(doc.views)) {
      if (!isObject(view)) return undefined;
      // A view without options is not an index.
      if (!isObject(view.options)) continue;
      const def = shownMap(view.map);
      if (!def) return undefined;
      found.push({ ddoc, name, type: "json", partitioned: own, def });
    }
  }
  return found;
}

function shownMap(map: unknown): JsonObject | undefined {
  const { fields, partial_filter_selector: filter, ...others } = membersOf(map);
  if (!isObject(fields)) return undefined;
  const pairs = Object.entries(fields);
  const tells = pairs.every(([name, direction]) => typeof direction === "string" && !/^\d+$/.test(name));
  if (!tells) return undefined;
  const filters = isObject(filter) && Object.keys(filter).length === 0 ? undefined : filter;
  return {
    ...others,
    fields: pairs.map(([name, direction]) => ({ [name]: direction })),
    ...(filters === undefined ? {} : { partial_filter_selector: filters }),
  };
}
