/**
 * The design document that an index is, as CouchDB stores it. An index that is deployed beside the one that serves is
 * written as its design document and not through `_index`, for a reason that lies in the query planner: a view without
 * `options` is no index to it, so that it lets no query wait for one that is being built; but it has the signature of
 * the same view with `options: {}`, which is one. `_index` writes the definition into `options` once more, which makes
 * another signature, and would have the index built again. (CouchDB's `mango_idx_view:validate_ddoc` and
 * `couch_mrview_util:ddoc_to_mrst`, from 2.3 to 3.5 the same.) Pure.
 */
import { contentOf } from "../design-docs/compare.js";
import { type DesignDoc, hasSameIndex } from "../design-docs/design-doc.js";
import { membersOf } from "../json.js";
import { type Index, shownDefinition } from "./definition.js";

/** The options of a view that is an index and can be staged. */
export const noOptions = {};

/** What `stored` becomes when this index is put into it; with the design document of the same index that is there already, if one is. */
export function withIndex(
  stored: DesignDoc | undefined,
  name: string,
  desired: Index,
  others: readonly DesignDoc[],
): DesignDoc {
  const as = (options: unknown): DesignDoc => {
    const { partitioned } = desired;
    const view = { map: mapOf(desired), reduce: "_count", options };
    return {
      ...(stored ? contentOf(stored) : partitioned === undefined ? {} : { options: { partitioned } }),
      language: "query",
      views: { ...membersOf(stored?.views), [name]: view },
    };
  };
  const asIndexWritesIt = as({ def: desired.index });
  return others.some((other) => hasSameIndex(other, asIndexWritesIt)) ? asIndexWritesIt : as(noOptions);
}

function mapOf({ type, index }: Index): DesignDoc {
  const { fields, partial_filter_selector = {} } = shownDefinition(type, index);
  const byName = (fields as readonly object[]).flatMap((field) => Object.entries(field));
  return { fields: Object.fromEntries(byName), partial_filter_selector };
}

/** JSON has no order among members, but those of `fields` have one, which JavaScript does not keep of all names. */
export function keepsOrder({ type, index }: Index): boolean {
  const names = (shownDefinition(type, index).fields as readonly object[]).flatMap(Object.keys);
  return new Set(names).size === names.length && names.every((name) => !/^\d+$/.test(name));
}
