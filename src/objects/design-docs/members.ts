/** The fields of a design document that contain code that CouchDB runs. */
import { compiledViews } from "../../design-doc-rules/fields.js";
import { isObject, membersOf } from "../../text/json.js";
import type { DesignDoc } from "./design-doc.js";

export interface CodeMember {
  readonly keys: readonly string[];
  readonly source: string;
}

export interface FunctionMember extends CodeMember {
  /**
   * What the code can `require`: `map` and `index` only `views.lib`; a `reduce` nothing; all others the whole
   * document.
   */
  readonly sees: "lib" | "nothing" | "all";
}

/** The fields with functions by name that CouchDB compiles only when they are called. */
export const functionSections: readonly string[] = ["filters", "lists", "shows", "updates"];

/** The functions that CouchDB calls. */
export function functionsOf(doc: DesignDoc): FunctionMember[] {
  const one = (keys: readonly string[], source: unknown, sees: FunctionMember["sees"]): FunctionMember[] =>
    typeof source === "string" ? [{ keys, source, sees }] : [];
  return [
    ...compiledViews(doc).flatMap(([name, { map, reduce }]) => [
      ...one(["views", name, "map"], map, "lib"),
      ...one(["views", name, "reduce"], reduce, "nothing"),
    ]),
    ...["indexes", "nouveau"].flatMap((section) =>
      Object.entries(membersOf(doc[section])).flatMap(([name, index]) =>
        one([section, name, "index"], membersOf(index).index, "lib"),
      ),
    ),
    ...functionSections.flatMap((section) =>
      Object.entries(membersOf(doc[section])).flatMap(([name, source]) => one([section, name], source, "all")),
    ),
    ...one(["rewrites"], doc.rewrites, "all"),
    ...one(["validate_doc_update"], doc.validate_doc_update, "all"),
  ];
}

/** All code: the functions that CouchDB calls, and the texts in places for CommonJS modules. */
export function codeOf(doc: DesignDoc): CodeMember[] {
  return [
    ...functionsOf(doc),
    ...textsBelow(membersOf(doc.views).lib, ["views", "lib"]),
    ...["lib", "vendor"].flatMap((folder) => textsBelow(doc[folder], [folder])),
    ...functionSections.flatMap((section) =>
      Object.entries(membersOf(doc[section])).flatMap(([name, below]) =>
        isObject(below) ? textsBelow(below, [section, name]) : [],
      ),
    ),
  ];
}

/** The texts at and below these keys. */
function textsBelow(value: unknown, keys: readonly string[]): CodeMember[] {
  if (typeof value === "string") return [{ keys, source: value }];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => textsBelow(member, [...keys, key]));
}
