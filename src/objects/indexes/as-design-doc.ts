/** The design document that an index is when it is deployed beside the one that serves. Pure. */

import { membersOf } from "../../text/json.js";
import { contentOf } from "../design-docs/compare.js";
import type { DesignDoc } from "../design-docs/design-doc.js";
import { stagedForm } from "../design-docs/planner.js";
import { type Index, shownDefinition } from "./definition.js";

/**
 * What `stored` becomes when this index is put into it.
 *
 * @param others the other design documents of the database: one of them may have the same index already
 */
export function withIndex(
  stored: DesignDoc | undefined,
  name: string,
  desired: Index,
  others: readonly DesignDoc[],
): DesignDoc {
  const { partitioned } = desired;
  const asIndexWritesIt = {
    ...(stored ? contentOf(stored) : partitioned === undefined ? {} : { options: { partitioned } }),
    language: "query",
    views: {
      ...membersOf(stored?.views),
      [name]: { map: mapOf(desired), reduce: "_count", options: { def: desired.index } },
    },
  };
  return stagedForm(asIndexWritesIt, others);
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
