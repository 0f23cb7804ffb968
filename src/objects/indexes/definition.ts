/** An index as a step declares it, as CouchDB shows it, and the form in which both are compared. Pure. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject, membersOf } from "../../text/json.js";
import { claimPart } from "../claim-part.js";
import { sameSelector, storedSelector } from "./selector.js";

export const indexTypes = ["json", "text", "nouveau"] as const;
export type IndexType = (typeof indexTypes)[number];

/** As a file declares it. */
export interface IndexSpec {
  readonly index: JsonObject;
  readonly type?: IndexType;
  readonly partitioned?: boolean;
  readonly ddoc?: string;
}

export function indexClaim(database: string, ddoc: string, name: string): string {
  return `index/${database}/${claimPart(ddoc)}/${name}`;
}

export interface Index {
  readonly index: JsonObject;
  readonly type: IndexType;
  /** Absent: the same as the database. */
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
 * The design document of an index, without `_design/`. Each index has its own: a second index in it would be rebuilt
 * whenever the first one changes. The prefix avoids collisions with hand-written design documents.
 */
export function designDocOf(name: string, ddoc = `mango-${name}`): string {
  return ddoc.replace(/^_design\//, "");
}

/** As `GET /db/_index` shows it: missing fields have CouchDB's defaults. */
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

/** `["a"]` becomes `[{"a": "asc"}]`; in a text index, `{"name": "a", "type": "string"}` becomes `{"a": "string"}`. */
function fieldsOf(fields: unknown, type: string): readonly unknown[] {
  if (!Array.isArray(fields)) return [];
  return fields.map((field) => {
    if (typeof field === "string") return { [field]: "asc" };
    const isPair = type !== "json" && isObject(field) && typeof field.name === "string" && "type" in field;
    return isPair ? { [String(field.name)]: field.type } : field;
  });
}

/** The fields that differ between two shown definitions. */
export function differingMembers(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => {
    const [one, other] = [a[key], b[key]];
    const selectors = key === "partial_filter_selector" || key === "selector";
    if (selectors && isObject(one) && isObject(other)) return !sameSelector(one, other);
    return !isDeepStrictEqual(one, other);
  });
}
