/**
 * What CouchDB refuses in the fields of a design document when it is stored, except in the texts of functions. Pure.
 */
import { isObject } from "../text/json.js";

export type Fields = Readonly<Record<string, unknown>>;
export type FieldType = "array" | "boolean" | "object" | "string";

export type FieldRefusal = { readonly keys: readonly string[] } & (
  | { readonly reason: "type"; readonly types: readonly FieldType[] }
  | { readonly reason: "no-map" | "partitioned" }
);

/** Keys of a field (`*` stands for any name), and the types that it may have. */
type Rule = readonly [keys: readonly string[], ...types: FieldType[]];

export const fieldRules: readonly Rule[] = [
  [["filters"], "object"],
  [["filters", "*"], "string", "object"],
  [["language"], "string"],
  [["lists"], "object"],
  [["lists", "*"], "string", "object"],
  [["options"], "object"],
  [["options", "include_design"], "boolean"],
  [["options", "local_seq"], "boolean"],
  [["options", "partitioned"], "boolean"],
  [["rewrites"], "string", "array"],
  [["shows"], "object"],
  [["shows", "*"], "string", "object"],
  [["updates"], "object"],
  [["updates", "*"], "string", "object"],
  [["validate_doc_update"], "string"],
  [["views"], "object"],
  [["views", "*"], "object"],
];

/** `partitioned`: whether the database is partitioned; undefined: unknown. */
export function fieldRefusals(doc: Fields, partitioned: boolean | undefined): FieldRefusal[] {
  const ofViews: readonly Rule[] = [
    [["views", "*", "map"], doc.language === "query" ? "object" : "string"],
    [["views", "*", "reduce"], "string"],
  ];
  const options = isObject(doc.options) ? doc.options : {};
  return [
    ...[...fieldRules, ...ofViews].flatMap((rule) => wrongTypes(doc, rule)),
    ...viewsOf(doc).flatMap(([name, view]): FieldRefusal[] => {
      if (view.map !== undefined) return wrongTypes(doc, [["views", name, "options"], "object"]);
      return name === "lib" ? [] : [{ keys: ["views", name], reason: "no-map" }];
    }),
    ...(options.partitioned === true && partitioned === false
      ? [{ keys: ["options", "partitioned"], reason: "partitioned" } as const]
      : []),
  ];
}

/**
 * The views that CouchDB compiles. `lib` contains modules, but if it has a module `map`, CouchDB also compiles it as
 * a view.
 */
export function compiledViews(doc: Fields): [name: string, view: Fields][] {
  return viewsOf(doc).filter(([, { map }]) => map !== undefined);
}

function viewsOf({ views }: Fields): [name: string, view: Fields][] {
  return Object.entries(isObject(views) ? views : {}).filter((entry): entry is [string, Fields] => isObject(entry[1]));
}

function wrongTypes(doc: Fields, [keys, ...types]: Rule): FieldRefusal[] {
  return fieldsAt(doc, keys, [])
    .filter(({ value }) => !types.some((type) => hasType(value, type)))
    .map(({ at }) => ({ keys: at, reason: "type", types }));
}

interface Field {
  readonly at: readonly string[];
  readonly value: unknown;
}

function fieldsAt(value: unknown, [key, ...rest]: readonly string[], at: readonly string[]): Field[] {
  if (key === undefined) return value === undefined ? [] : [{ at, value }];
  if (!isObject(value)) return [];
  const names = key === "*" ? Object.keys(value) : Object.hasOwn(value, key) ? [key] : [];
  return names.flatMap((name) => fieldsAt(value[name], rest, [...at, name]));
}

function hasType(value: unknown, type: FieldType): boolean {
  if (type === "object") return isObject(value);
  return type === "array" ? Array.isArray(value) : typeof value === type;
}
