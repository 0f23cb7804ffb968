/** What CouchDB checks of a design document before it stores it: types of its fields, and that its views compile. */

import { isObject, type JsonObject } from "../json.js";
import { CouchError, notFound } from "../reply.js";
import { isBuiltin } from "./builtin-reduces.js";
import { CompilationError, QueryServer } from "./query-server.js";

type FieldType = "object" | "string" | "boolean" | "array";
/** A path to a field, `*` standing for every name, and the types it may have. */
type FieldRule = readonly [path: string, ...types: FieldType[]];

const rules: readonly FieldRule[] = [
  ["filters", "object"],
  ["filters.*", "string", "object"],
  ["language", "string"],
  ["lists", "object"],
  ["lists.*", "string", "object"],
  ["options", "object"],
  ["options.include_design", "boolean"],
  ["options.local_seq", "boolean"],
  ["options.partitioned", "boolean"],
  ["rewrites", "array", "string"],
  ["shows", "object"],
  ["shows.*", "string", "object"],
  ["updates", "object"],
  ["updates.*", "string", "object"],
  ["validate_doc_update", "string"],
  ["views", "object"],
  ["views.*", "object"],
];

/** @throws CouchError 400; 404 for an empty function */
export function checkDesignDoc(body: JsonObject, partitionedDatabase: boolean): void {
  const { language = "javascript", options, views = {} } = body;
  for (const rule of rules) checkField(body, rule);
  checkField(body, ["views.*.map", language === "query" ? "object" : "string"]);
  checkField(body, ["views.*.reduce", "string"]);
  for (const [name, view] of viewsOf(views)) {
    if (view.map === undefined) throw invalid(`View \`${name}\` must contain map function`);
  }
  if (isObject(options) && options.partitioned === true && !partitionedDatabase) {
    throw invalid("partitioned option cannot be true in a non-partitioned database.");
  }
  if (language === "javascript") compileViews(views);
}

/** The views of a design document, without the library of modules that lies among them. */
export function viewsOf(views: unknown): [name: string, view: JsonObject][] {
  return Object.entries(isObject(views) ? views : {}).filter(
    (entry): entry is [string, JsonObject] => entry[0] !== "lib" && isObject(entry[1]),
  );
}

function compileViews(views: unknown): void {
  const server = new QueryServer({ views });
  for (const [name, { map, reduce }] of viewsOf(views)) {
    compile(server, "map", name, String(map));
    if (typeof reduce !== "string" || isBuiltin(reduce)) continue;
    if (reduce.startsWith("_")) throw invalid(`\`${reduce}\` is not a supported reduce function.`);
    compile(server, "reduce", name, reduce);
  }
}

function compile(server: QueryServer, kind: string, view: string, source: string): void {
  if (source === "") throw notFound("missing function");
  try {
    server.compile(source);
  } catch (error) {
    if (!(error instanceof CompilationError)) throw error;
    const reason = `Compilation of the ${kind} function in the '${view}' view failed: ${error.message}`;
    throw new CouchError(400, "compilation_error", reason);
  }
}

function checkField(root: JsonObject, [path, ...types]: FieldRule): void {
  const found = fieldsAt(root, path.split("."), []);
  for (const { at, value } of found) {
    if (!types.some((type) => hasType(value, type))) {
      throw invalid(`\`${at.join(".")}\` field must have ${types.join(" or ")} type`);
    }
  }
}

function fieldsAt(
  value: unknown,
  path: readonly string[],
  at: readonly string[],
): { at: readonly string[]; value: unknown }[] {
  const [step, ...rest] = path;
  if (step === undefined) return value === undefined ? [] : [{ at, value }];
  if (!isObject(value)) return [];
  const names = step === "*" ? Object.keys(value).filter((name) => at[0] !== "views" || name !== "lib") : [step];
  return names.flatMap((name) => fieldsAt(value[name], rest, [...at, name]));
}

function hasType(value: unknown, type: FieldType): boolean {
  if (type === "object") return isObject(value);
  return type === "array" ? Array.isArray(value) : typeof value === type;
}

const invalid = (reason: string) => new CouchError(400, "invalid_design_doc", reason);
