/**
 * The shapes of CouchDB's responses, where the code relies on them without a check. Another server at this address
 * that answers JSON with a success status is detected here, before the code draws conclusions. Pure.
 */
import { isObject } from "../text/json.js";

type Check = (body: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const listOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const has =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(members).every(([name, check]) => check((value as Readonly<Record<string, unknown>>)[name]));

const textsByName: Check = (value) => isObject(value) && Object.values(value).every(isString);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const rows = has({ rows: listOf(isObject) });
/** Also for a document that does not exist. */
const documentRows = has({ rows: listOf(has({ key: isString })) });
const designDocRows = has({ rows: listOf(has({ id: isString, key: isString })) });
const shardMapRows = has({ rows: listOf(has({ id: isString, value: has({ rev: isString }) })) });
const wholeDesignDocRows = has({ rows: listOf(has({ id: isString, doc: has({ _id: isString, _rev: isString }) })) });

/** By method, path and query; the first match counts. */
const shapes: readonly (readonly [RegExp, Check])[] = [
  [/^POST \/_dbs_info\b/, listOf(isObject)],
  [/^GET \/_all_dbs\b/, listOf(isString)],
  [/^GET \/_node\/[^/]+\/_dbs\/_all_docs\b/, shardMapRows],
  [/^GET \/_session\b/, has({ userCtx: optional(has({ roles: optional(listOf(isString)) })) })],
  [/^GET \/(?:_node\/[^/]+\/)?_config\/[^/?]+(?:\?|$)/, textsByName],
  [/^GET \/_membership\b/, has({ all_nodes: listOf(isString), cluster_nodes: listOf(isString) })],
  [/^(?:GET|POST) \/[^/]+\/_(?:all|local)_docs\b/, documentRows],
  [/^GET \/[^/]+\/_design_docs\?(?:.*&)?include_docs=true/, wholeDesignDocRows],
  [/^GET \/[^/]+\/_design_docs\b/, designDocRows],
  [/^GET \/[^/]+\/_design\/[^/]+\/_view\/[^/?]+(?:\?|$)/, rows],
  [/^GET \/[^/]+\/_changes\b/, has({ results: listOf(isObject) })],
  [/^POST \/[^/]+\/_find\b/, has({ docs: listOf(isObject) })],
  [/^POST \/[^/]+\/_explain\b/, has({ index: isObject })],
  [/^POST \/[^/]+\/_bulk_get\b/, has({ results: listOf(has({ id: isString, docs: listOf(isObject) })) })],
  [/^GET \/[^/]+\/_index(?:\?|$)/, has({ indexes: listOf(isObject) })],
  [/^POST \/[^/]+\/_bulk_docs\b/, listOf(isObject)],
];

/** Whether CouchDB could have sent this body with a success status. `target`: path and query. */
export function isShapely(method: string, target: string, body: unknown): boolean {
  const request = `${method} ${target}`;
  return body !== null && (shapes.find(([pattern]) => pattern.test(request))?.[1](body) ?? true);
}
