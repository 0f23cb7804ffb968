/** Mango's indexes. They are views of design documents in the language `query`. */

import { createHash } from "node:crypto";
import { canonicalJson, isObject, type JsonObject, sameJson } from "../json.js";
import { notFound } from "../reply.js";
import type { Database, DesignDoc } from "../storage/database.js";
import { mangoError } from "./errors.js";
import { normalizeSelector, type Selector } from "./normalize.js";
import { name, onlyKeys, optional, required, type Sort, sort } from "./options.js";

export interface MangoIndex {
  readonly ddoc: string;
  readonly name: string;
  readonly partitioned: boolean;
  readonly fields: Sort;
  readonly partialFilter: Selector;
}

/** An index as a client requests it. */
export interface IndexRequest {
  readonly ddoc: string;
  readonly name: string;
  readonly partitioned?: boolean;
  /** The view that implements the index. */
  readonly view: JsonObject;
}

/** @throws CouchError 400, or 503 for the types that need a search server */
export function parseIndexRequest(body: JsonObject): IndexRequest {
  onlyKeys(body, ["index", "type", "name", "ddoc", "w", "partitioned"]);
  const definition = required(body, "index", (value) => value);
  const type = optional(body, "type", String, "json");
  if (type === "text" || type === "nouveau") throw mangoError("required index service unavailable", type, 503);
  if (type !== "json") throw mangoError("invalid_index", `Invalid type for index: ${type}`);
  if (!isObject(definition)) {
    throw mangoError("invalid_index", `JSON indexes must be an object, not: ${JSON.stringify(definition)}`);
  }
  onlyKeys(definition, ["fields", "partial_filter_selector"]);
  const fields = required(definition, "fields", sort);
  const partialFilter = optional(definition, "partial_filter_selector", normalizeSelector, {});
  const generated = createHash("sha1").update(canonicalJson(body)).digest("hex");
  const ddoc = optional(body, "ddoc", name, generated);
  return {
    ddoc: ddoc.startsWith("_design/") ? ddoc : `_design/${ddoc}`,
    name: optional(body, "name", name, generated),
    ...(body.partitioned === undefined ? {} : { partitioned: required(body, "partitioned", partitionedFlag) }),
    view: {
      map: { fields: Object.fromEntries(fields), partial_filter_selector: partialFilter },
      reduce: "_count",
      options: { def: definition },
    },
  };
}

function partitionedFlag(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw mangoError("unknown_error", `Unknown Error: mango_opts :: invalid_partitioned_value ${value}`, 500);
}

/**
 * Returns the design document with the index added, or undefined if the index already exists.
 * @param existing the design document with that id, if there is one
 * @throws CouchError 400
 */
export function addIndex(existing: DesignDoc | undefined, request: IndexRequest): JsonObject | undefined {
  if (existing && existing.language !== "query") {
    const language = existing.language ?? false;
    throw mangoError("invalid_ddoc_lang", `Existing design doc has an invalid language: ${language}`);
  }
  const views = isObject(existing?.views) ? existing.views : {};
  const options = isObject(existing?.options) ? existing.options : undefined;
  if (existing && options?.partitioned !== request.partitioned) {
    const reason = `Requested partitioned option does not match existing value on design document ${request.ddoc}`;
    throw mangoError("invalid_partitioned_option", reason);
  }
  if (sameJson(views[request.name], request.view)) return undefined;
  const { partitioned } = request;
  return {
    ...(existing ?? { _id: request.ddoc, language: "query" }),
    views: { ...views, [request.name]: request.view },
    ...(partitioned === undefined ? {} : { options: { ...options, partitioned } }),
  };
}

/**
 * Returns the design document without the index, or a deletion if nothing else is left in it.
 * @throws CouchError 404
 */
export function removeIndex(existing: DesignDoc | undefined, indexName: string): JsonObject {
  const { [indexName]: removed, ...views } = isObject(existing?.views) ? existing.views : {};
  if (existing?.language !== "query" || removed === undefined) throw notFound();
  const { views: _, ...rest } = existing;
  if (Object.keys(views).length > 0) return { ...rest, views };
  const empty = Object.keys(rest).every((field) => field === "_id" || field === "_rev" || field === "language");
  return empty ? { _id: existing._id, _rev: existing._rev, _deleted: true } : rest;
}

/** All indexes, ordered by design document and name. */
export async function listIndexes(database: Database): Promise<MangoIndex[]> {
  const designDocs = await database.designDocs();
  return designDocs
    .filter((designDoc) => designDoc.language === "query" && isObject(designDoc.views))
    .flatMap((designDoc) => {
      const options = isObject(designDoc.options) ? designDoc.options : {};
      const partitioned = database.shape.partitioned && options.partitioned !== false;
      return Object.entries(designDoc.views as JsonObject).flatMap(([indexName, view]) => {
        const map = isObject(view) && isObject(view.map) ? view.map : {};
        if (!isObject(map.fields)) return [];
        const partialFilter = isObject(map.partial_filter_selector) ? map.partial_filter_selector : {};
        const fields = Object.entries(map.fields) as [string, "asc" | "desc"][];
        return [{ ddoc: designDoc._id, name: indexName, partitioned, fields, partialFilter }];
      });
    });
}

/** An index as `GET _index` shows it. */
export function describeIndex({ ddoc, name, partitioned, fields, partialFilter }: MangoIndex): JsonObject {
  const filter = Object.keys(partialFilter).length === 0 ? {} : { partial_filter_selector: partialFilter };
  const def = { fields: fields.map(([field, direction]) => ({ [field]: direction })), ...filter };
  return { ddoc, name, type: "json", partitioned, def };
}

export const allDocsIndex = { ddoc: null, name: "_all_docs", type: "special", def: { fields: [{ _id: "asc" }] } };
