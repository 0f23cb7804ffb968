/** `_find`: reads all documents, matches them, and sorts them in the order of the index that would serve the query. */

import { isObject, isStringArray, type JsonObject, parseJson } from "../json.js";
import type { Database } from "../storage/database.js";
import { idFirst } from "../storage/order.js";
import { compareKeys, compareRaw } from "../views/collation.js";
import { chooseIndex, isWanted } from "./choose-index.js";
import { mangoError } from "./errors.js";
import { fieldAt, project } from "./fields.js";
import { listIndexes, type MangoIndex } from "./indexes.js";
import { normalizeSelector, type Selector } from "./normalize.js";
import { count, fieldNames, flag, onlyKeys, optional, required, type Sort, sort } from "./options.js";
import { select } from "./select.js";

export interface FindRequest {
  readonly selector: Selector;
  readonly useIndex: readonly string[];
  readonly bookmark: string;
  readonly limit: number;
  readonly skip: number;
  readonly sort: Sort;
  readonly fields: readonly string[];
  readonly executionStats: boolean;
}

const ignored = ["r", "conflicts", "stale", "update", "stable", "allow_fallback", "partition"];

/** @throws CouchError 400 */
export function parseFindRequest(body: JsonObject): FindRequest {
  const request = {
    selector: required(body, "selector", normalizeSelector),
    useIndex: optional(body, "use_index", indexName, []),
    bookmark: optional(body, "bookmark", (value) => (typeof value === "string" ? value : ""), ""),
    limit: optional(body, "limit", count, 25),
    skip: optional(body, "skip", count, 0),
    sort: optional(body, "sort", sort, []),
    fields: optional(body, "fields", fieldNames, []),
    executionStats: optional(body, "execution_stats", flag, false),
  };
  const known = ["selector", "use_index", "bookmark", "limit", "skip", "sort", "fields", "execution_stats"];
  onlyKeys(body, [...known, ...ignored]);
  return request;
}

function indexName(value: unknown): string[] {
  if (value === null) return [];
  if (typeof value === "string") return value.replace(/^_design\//, "").split("/");
  if (isStringArray(value) && value.length <= 2) return value;
  throw mangoError("invalid_index_name", `Invalid index name: ${JSON.stringify(value)}`);
}

/** The position of a row in the order of the index; a bookmark is the position of the last row of a page. */
interface Place {
  readonly key: readonly unknown[];
  readonly id: string;
}

/** @param partition in a partitioned database, only documents of this partition */
export async function find(database: Database, request: FindRequest, partition?: string): Promise<JsonObject> {
  if (isEmptyCombination(request.selector)) return { docs: [] };
  const started = performance.now();
  const index = chooseIndex(await listIndexes(database), request);
  const documents = await candidates(database, index, partition);
  const columns = (index?.fields ?? []).map(([field]) => field);
  const rows = (await select(database.functions, request.selector, documents, (document) => document))
    .map((document) => ({ document, place: placeOf(document, columns) }))
    .sort((a, b) => comparePlaces(a.place, b.place));
  if (request.sort[0]?.[1] === "desc") rows.reverse();

  const page = rows.slice(startOf(rows, request) + request.skip).slice(0, request.limit);
  const last = page.at(-1);
  return {
    docs: page.map(({ document }) => project(document, request.fields)),
    bookmark: last ? encodeBookmark(last.place) : "nil",
    ...warningOf(index, request),
    ...(request.executionStats ? { execution_stats: statistics(documents.length, page.length, started) } : {}),
  };
}

/** `{"$or": []}` and similar selectors match nothing, so no search is made. */
function isEmptyCombination(selector: Selector): boolean {
  return ["$all", "$and", "$or", "$in"].some(
    (operator) => Array.isArray(selector[operator]) && selector[operator].length === 0,
  );
}

/** The documents in an index: those that have all of its fields and pass its filter. */
async function candidates(
  database: Database,
  index: MangoIndex | undefined,
  partition?: string,
): Promise<JsonObject[]> {
  const { rows } = await database.pouch.allDocs({ include_docs: true });
  const complete = rows.flatMap(({ id, doc }) => {
    if (!doc || id.startsWith("_design/") || (partition !== undefined && !id.startsWith(`${partition}:`))) return [];
    return !index || index.fields.every(([field]) => fieldAt(doc, field) !== undefined) ? [idFirst(doc)] : [];
  });
  return select(database.functions, index?.partialFilter ?? {}, complete, (document) => document);
}

function placeOf(document: JsonObject, columns: readonly string[]): Place {
  return { key: columns.map((field) => fieldAt(document, field)), id: String(document._id) };
}

function comparePlaces(a: Place, b: Place): number {
  return compareKeys(a.key, b.key) || compareRaw(a.id, b.id);
}

function startOf(rows: readonly { place: Place }[], { bookmark, sort }: FindRequest): number {
  if (bookmark === "") return 0;
  const place = decodeBookmark(bookmark);
  const direction = sort[0]?.[1] === "desc" ? -1 : 1;
  const next = rows.findIndex((row) => direction * comparePlaces(row.place, place) > 0);
  return next === -1 ? rows.length : next;
}

function encodeBookmark(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

function decodeBookmark(bookmark: string): Place {
  try {
    const place = parseJson(Buffer.from(bookmark, "base64url"));
    if (isObject(place) && Array.isArray(place.key) && typeof place.id === "string") {
      return { key: place.key, id: place.id };
    }
  } catch {
    // Every invalid bookmark gets the same error.
  }
  throw mangoError("invalid_bookmark", `Invalid bookmark value: ${JSON.stringify(bookmark)}`);
}

function warningOf(index: MangoIndex | undefined, { useIndex }: FindRequest): { warning?: string } {
  const warnings: string[] = [];
  const [ddoc, name] = useIndex;
  if (ddoc !== undefined && !(index && isWanted(index, useIndex))) {
    const why = name === undefined ? "it does not contain" : "it is not";
    const which = name === undefined ? `_design/${ddoc}` : `_design/${ddoc}, ${name}`;
    warnings.push(`${which} was not used because ${why} a valid index for this query.`);
  }
  if (!index) warnings.push("No matching index found, create an index to optimize query time.");
  return warnings.length === 0 ? {} : { warning: warnings.join("\n") };
}

function statistics(examined: number, returned: number, started: number): JsonObject {
  return {
    total_keys_examined: examined,
    total_docs_examined: examined,
    total_quorum_docs_examined: 0,
    results_returned: returned,
    execution_time_ms: performance.now() - started,
  };
}
