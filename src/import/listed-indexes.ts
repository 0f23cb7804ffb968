/** Mango indexes as `GET /db/_index` lists them. Pure. */

import { nameInId } from "../steps/design-docs/design-doc.js";
import { designDocOf } from "../steps/indexes/definition.js";
import { isObject, membersOf } from "../steps/json.js";
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
  /** As `ensureIndexes` takes it. */
  readonly definition: Readonly<Record<string, unknown>>;
}

/**
 * Those that `ensureIndexes` can name: of type json, with a design document and a name that no other has. The design
 * documents of the others are imported as what they are. `partitioned`: the database is.
 */
export function namedIndexes(listed: readonly ListedIndex[], partitioned: boolean): FoundIndex[] {
  const times = (key: "ddoc" | "name", value: unknown) => listed.filter((other) => other[key] === value).length;
  return listed
    .filter(({ ddoc, name }) => times("ddoc", ddoc) === 1 && times("name", name) === 1)
    .flatMap((index) => foundIndex(index, partitioned))
    .sort((a, b) => byName(a.name, b.name));
}

function foundIndex({ ddoc, name, type, partitioned, def }: ListedIndex, byDefault: boolean): FoundIndex[] {
  const designDoc = nameInId(ddoc);
  if (designDoc === undefined || typeof name !== "string" || type !== "json" || !isObject(def)) return [];
  const { fields, partial_filter_selector: filter } = def;
  if (!Array.isArray(fields)) return [];
  const isFiltered = Object.keys(membersOf(filter)).length > 0;
  const definition = {
    index: { fields: fields.map(field), ...(isFiltered ? { partial_filter_selector: filter } : {}) },
    ...(byDefault && partitioned === false ? { partitioned } : {}),
    ...(designDoc === designDocOf(name) ? {} : { ddoc: designDoc }),
  };
  return [{ name, ddoc: designDoc, definition }];
}

/** `{"owner": "asc"}` is written `owner`. */
function field(value: unknown): unknown {
  const [[name, direction] = [], ...others] = Object.entries(membersOf(value));
  return others.length === 0 && direction === "asc" ? name : value;
}
