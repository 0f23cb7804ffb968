/**
 * What CouchDB answers where, as far as the code relies on it without a look: whatever else speaks JSON with a status of
 * success at its address is told from it before anything is concluded. Pure.
 */

type Check = (body: unknown) => boolean;

const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
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

const rows = has({ rows: listOf(isObject) });

/** By method and path, without the query. */
const shapes: readonly (readonly [RegExp, Check])[] = [
  [/^POST \/_dbs_info$/, listOf(isObject)],
  [/^GET \/_all_dbs$/, listOf(isString)],
  [/^GET \/_membership$/, has({ all_nodes: listOf(isString), cluster_nodes: listOf(isString) })],
  [/^(?:GET|POST) \/[^/]+\/_(?:all|design|local)_docs$/, rows],
  [/^GET \/[^/]+\/_design\/[^/]+\/_view\/[^/]+$/, rows],
  [/^GET \/[^/]+\/_changes$/, has({ results: listOf(isObject) })],
  [/^POST \/[^/]+\/_find$/, has({ docs: listOf(isObject) })],
  [/^POST \/[^/]+\/_explain$/, has({ index: isObject })],
  [/^GET \/[^/]+\/_index$/, has({ indexes: listOf(isObject) })],
  [/^POST \/[^/]+\/_bulk_docs$/, listOf(isObject)],
];

/** May CouchDB have answered so, with a status of success? `target`: path and query. */
export function isShapely(method: string, target: string, body: unknown): boolean {
  const [path = ""] = target.split("?", 1);
  const request = `${method} ${path}`;
  return body !== null && (shapes.find(([pattern]) => pattern.test(request))?.[1](body) ?? true);
}
