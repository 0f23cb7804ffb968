/** Mango indexes as `GET /db/_index` lists them. Pure. */

import { type DesignDoc, nameInId } from "../objects/design-docs/design-doc.js";
import { designDocOf, differingMembers, shownDefinition } from "../objects/indexes/definition.js";
import { isObject, type JsonObject, membersOf } from "../text/json.js";
import { hasInexact } from "./inexact.js";
import { byName } from "./names.js";

export interface ListedIndex {
  readonly ddoc?: unknown;
  readonly name?: unknown;
  readonly type?: unknown;
  readonly partitioned?: unknown;
  readonly def?: unknown;
}

export interface FoundIndex {
  readonly name: string;
  /** Name of its design document, without `_design/`. */
  readonly ddoc: string;
  /** In the form for `ensureIndexes`. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/**
 * The indexes that `ensureIndexes` can declare: type json, with a design document and a name that no other index has,
 * unless the design document also validates, or the index contains an integer that no file can have. The design
 * documents of the others are imported as design documents. `partitioned`: whether the database is partitioned.
 *
 * `_index` stores the definition with its original notation, and treats the same index in another notation as a new
 * one. So each definition keeps its original notation, for services that request it themselves.
 */
export function namedIndexes(
  listed: readonly ListedIndex[],
  partitioned: boolean,
  designDocs: Readonly<Record<string, DesignDoc>>,
): FoundIndex[] {
  const times = (key: "ddoc" | "name", value: unknown) => listed.filter((other) => other[key] === value).length;
  return listed
    .filter(({ ddoc, name }) => times("ddoc", ddoc) === 1 && times("name", name) === 1)
    .flatMap((index) => foundIndex(index, partitioned, designDocs))
    .sort((a, b) => byName(a.name, b.name));
}

function foundIndex(
  { ddoc, name, type, partitioned, def }: ListedIndex,
  byDefault: boolean,
  designDocs: Readonly<Record<string, DesignDoc>>,
): FoundIndex[] {
  const designDoc = nameInId(ddoc);
  if (designDoc === undefined || typeof name !== "string" || type !== "json" || !isObject(def)) return [];
  if (!Array.isArray(def.fields) || hasInexact(def)) return [];
  const doc = Object.hasOwn(designDocs, designDoc) ? membersOf(designDocs[designDoc]) : {};
  if (doc.validate_doc_update !== undefined) return [];
  const own = membersOf(doc.options).partitioned;
  const definition = {
    index: asSpelled(membersOf(doc.views)[name], def) ?? shortest(def),
    ...(typeof own === "boolean" ? { partitioned: own } : byDefault && partitioned === false ? { partitioned } : {}),
    ...(designDoc === designDocOf(name) ? {} : { ddoc: designDoc }),
  };
  return [{ name, ddoc: designDoc, definition }];
}

/** Undefined if the design document does not show the notation, for example after a staged deployment. */
function asSpelled(view: unknown, shown: JsonObject): JsonObject | undefined {
  const { def } = membersOf(membersOf(view).options);
  if (!isObject(def)) return undefined;
  const isKnown = Object.keys(def).every((key) => key === "fields" || key === "partial_filter_selector");
  const same = differingMembers(shownDefinition("json", def), shownDefinition("json", shown)).length === 0;
  return isKnown && same ? def : undefined;
}

function shortest({ fields, partial_filter_selector: filter }: JsonObject): JsonObject {
  const isFiltered = Object.keys(membersOf(filter)).length > 0;
  const names = Array.isArray(fields) ? fields.map(field) : [];
  return { fields: names, ...(isFiltered ? { partial_filter_selector: filter } : {}) };
}

/** `{"owner": "asc"}` becomes `owner`. */
function field(value: unknown): unknown {
  const [[name, direction] = [], ...others] = Object.entries(membersOf(value));
  return others.length === 0 && direction === "asc" ? name : value;
}
