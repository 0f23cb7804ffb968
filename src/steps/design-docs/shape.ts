/** What CouchDB refuses in a design document's shape, and what it would store and then ignore or stumble over. */
import { isObject, membersOf } from "../json.js";
import type { DesignDoc, Fault } from "./design-doc.js";

const builtInReduces = ["_sum", "_count", "_stats", "_approx_count_distinct", "_first", "_last"];
const ranks = /^_(?:top|bottom)_([1-9]\d?|100)$/;

export function isBuiltInReduce(source: string): boolean {
  return builtInReduces.includes(source) || ranks.test(source);
}

/** Pure. */
export function shapeFaults(doc: DesignDoc): Fault[] {
  return [
    ...specialMembers(doc),
    ...ofType(doc, ["language"], isString, "a string"),
    ...ofType(doc, ["options"], isObject, "an object"),
    ...["include_design", "local_seq", "partitioned"].flatMap((key) =>
      ofType(membersOf(doc.options), [key], isBoolean, "true or false", ["options"]),
    ),
    ...ofType(doc, ["rewrites"], (value) => isString(value) || Array.isArray(value), "a function or a list of rules"),
    ...ofType(doc, ["validate_doc_update"], isString, "a function"),
    ...["filters", "lists", "shows", "updates"].flatMap((section) => [
      ...ofType(doc, [section], isObject, "an object of functions"),
      ...Object.keys(membersOf(doc[section])).flatMap((name) =>
        ofType(membersOf(doc[section]), [name], (value) => isString(value) || isObject(value), "a function", [section]),
      ),
    ]),
    ...viewFaults(doc),
  ];
}

function specialMembers(doc: DesignDoc): Fault[] {
  return Object.keys(doc)
    .filter((key) => key.startsWith("_"))
    .map((key) => {
      const message =
        key === "_attachments"
          ? "attachments are not supported: leave them out, and serve files from elsewhere"
          : `CouchDB takes no member \`${key}\`: names that begin with \`_\` are its own`;
      return { keys: [key], code: key === "_attachments" ? "attachments" : "special-member", message };
    });
}

function viewFaults(doc: DesignDoc): Fault[] {
  const isMap = doc.language === "query" ? isObject : isString;
  const views = membersOf(doc.views);
  return [
    ...ofType(doc, ["views"], isObject, "an object of views"),
    ...Object.entries(views).flatMap(([name, view]) => {
      const at = ["views", name];
      if (!isObject(view)) return [fault(at, name === "lib" ? "an object of modules" : "an object with `map`")];
      if (name === "lib") return [];
      if (view.map === undefined) return [{ keys: at, code: "view-without-map", message: "the view has no `map`" }];
      return [
        ...ofType(view, ["map"], isMap, doc.language === "query" ? "an object" : "a function", at),
        ...ofType(view, ["reduce"], isString, "a function or the name of a built-in one", at),
        ...ofType(view, ["options"], isObject, "an object", at),
      ];
    }),
  ];
}

function ofType(
  of: DesignDoc,
  [key]: readonly [string],
  is: (value: unknown) => boolean,
  what: string,
  below: readonly string[] = [],
): Fault[] {
  return of[key] === undefined || is(of[key]) ? [] : [fault([...below, key], what)];
}

function fault(keys: readonly string[], what: string): Fault {
  return { keys, code: "design-doc-shape", message: `it has to be ${what}` };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}
