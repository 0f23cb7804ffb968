/** The design document of an index in a staged deployment. Pure. */

import { membersOf } from "../../text/json.js";
import { contentOf } from "../design-docs/compare.js";
import type { DesignDoc } from "../design-docs/design-doc.js";
import { stagedForm } from "../design-docs/planner.js";
import { type Index, shownDefinition } from "./definition.js";

/**
 * Returns `stored` with this index added.
 *
 * @param others the other design documents of the database: one of them may already have the same index
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

/** JSON objects have no order, but the fields of `fields` do, and JavaScript does not keep it for all names. */
export function keepsOrder({ type, index }: Index): boolean {
  const names = (shownDefinition(type, index).fields as readonly object[]).flatMap(Object.keys);
  return new Set(names).size === names.length && names.every((name) => !/^\d+$/.test(name));
}
