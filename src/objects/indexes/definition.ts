/** What an index is: as a step asks for it, as CouchDB shows it, and the form in which both are compared. Pure. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject, membersOf } from "../../text/json.js";
import { sameSelector, storedSelector } from "./selector.js";

export const indexTypes = ["json", "text", "nouveau"] as const;
export type IndexType = (typeof indexTypes)[number];

export interface Index {
  readonly index: JsonObject;
  readonly type: IndexType;
  /** Absent: as the database is. */
  readonly partitioned?: boolean;
  /** Without `_design/`. */
  readonly ddoc: string;
}

/** A row of `GET /db/_index`. */
export interface StoredIndex {
  readonly name: string;
  readonly type: string;
  readonly partitioned?: boolean;
  /** Without `_design/`. */
  readonly ddoc: string;
  readonly def: JsonObject;
}

/**
 * The design document of an index, without `_design/`. Each has one of its own: a second index in it would be built
 * anew whenever the first one changes. The prefix keeps clear of design documents that are written by hand.
 */
export function designDocOf(name: string, ddoc = `mango-${name}`): string {
  return ddoc.replace(/^_design\//, "");
}

/** As `GET /db/_index` shows it: what is left out has CouchDB's default. */
export function shownDefinition(type: string, definition: JsonObject): JsonObject {
  const { partial_filter_selector, ...others } = definition;
  const filter = membersOf(partial_filter_selector);
  return {
    ...(type === "json" ? {} : textDefaults),
    ...others,
    fields: fieldsOf(definition.fields, type),
    ...(Object.keys(filter).length === 0 ? {} : { partial_filter_selector: storedSelector(filter) }),
  };
}

const textDefaults = { default_analyzer: "keyword", default_field: {}, selector: {}, index_array_lengths: true };

/** `["a"]` is `[{"a": "asc"}]`; of a text index `{"name": "a", "type": "string"}` is `{"a": "string"}`. */
function fieldsOf(fields: unknown, type: string): readonly unknown[] {
  if (!Array.isArray(fields)) return [];
  return fields.map((field) => {
    if (typeof field === "string") return { [field]: "asc" };
    const isPair = type !== "json" && isObject(field) && typeof field.name === "string" && "type" in field;
    return isPair ? { [String(field.name)]: field.type } : field;
  });
}

/** The members of two shown definitions that differ. */
export function differingMembers(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => {
    const [one, other] = [a[key], b[key]];
    const selectors = key === "partial_filter_selector" || key === "selector";
    if (selectors && isObject(one) && isObject(other)) return !sameSelector(one, other);
    return !isDeepStrictEqual(one, other);
  });
}
