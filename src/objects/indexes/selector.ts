/**
 * Two selectors that say the same, in one form: first the one that CouchDB stores (each object has one member,
 * conditions are explicit, nested fields are one path, negations sit as far down as they go), then further than CouchDB
 * goes, without the order and the nesting of what `$and` and `$or` combine.
 *
 * Nothing is refused here: what is no selector stays as it is, and is CouchDB's to judge.
 */
import canonicalize from "canonicalize";
import { isObject, type JsonObject } from "../../text/json.js";

const combining: ReadonlySet<string> = new Set(["$and", "$or", "$nor"]);
const nesting: ReadonlySet<string> = new Set(["$elemMatch", "$allMatch", "$keyMapMatch"]);

/** As CouchDB stores it, and shows it in `GET /db/_index`. Of its own result it makes the same again. */
export function storedSelector(selector: JsonObject): JsonObject {
  return Object.keys(selector).length === 0 ? selector : withNegationsDown(withPaths(explicit(selector), ""));
}

export function sameSelector(a: JsonObject, b: JsonObject): boolean {
  return canonicalize(unordered(storedSelector(a))) === canonicalize(unordered(storedSelector(b)));
}

/** `{"a": 1, "b": {"$gt": 2}}` is `{"$and": [{"a": {"$eq": 1}}, {"b": {"$gt": 2}}]}`. */
function explicit(value: unknown): JsonObject {
  if (!isObject(value)) return { $eq: value };
  const [first, ...others] = Object.entries(value);
  if (!first) return { $eq: value };
  if (others.length > 0)
    return { $and: [first, ...others].map(([name, condition]) => explicit({ [name]: condition })) };
  const [name, argument] = first;
  if (!name.startsWith("$")) return { [name]: explicit(argument) };
  if (combining.has(name) && Array.isArray(argument)) return { [name]: argument.map(explicit) };
  if ((name === "$not" || nesting.has(name)) && isObject(argument)) return { [name]: explicit(argument) };
  return name === "$text" ? { $default: value } : value;
}

/** `{"a": {"b": {"$gt": 2}}}` is `{"a.b": {"$gt": 2}}`; inside `$elemMatch` and its kin paths begin anew. */
function withPaths(selector: JsonObject, path: string): JsonObject {
  const [name, argument] = only(selector);
  if (combining.has(name) && Array.isArray(argument)) return { [name]: argument.map((part) => withPaths(part, path)) };
  if (name === "$not" && isObject(argument)) return { $not: withPaths(argument, path) };
  if (nesting.has(name) && isObject(argument)) return { [path]: { [name]: withPaths(argument, "") } };
  if (name === "$default") return selector;
  if (name.startsWith("$") || !isObject(argument)) return { [path]: selector };
  return withPaths(argument, path === "" ? name : `${path}.${name}`);
}

function withNegationsDown(selector: JsonObject): JsonObject {
  const [name, argument] = only(selector);
  if (name === "$not" && isObject(argument)) return negated(argument);
  if (!Array.isArray(argument)) return selector;
  if (name === "$nor") return { $and: argument.map(negated) };
  if (name === "$and" || name === "$or") return { [name]: argument.map(withNegationsDown) };
  return selector;
}

const opposites: ReadonlyMap<string, string> = new Map([
  ["$lt", "$gte"],
  ["$gte", "$lt"],
  ["$lte", "$gt"],
  ["$gt", "$lte"],
  ["$eq", "$ne"],
  ["$ne", "$eq"],
  ["$in", "$nin"],
  ["$nin", "$in"],
]);

function negated(selector: JsonObject): JsonObject {
  const [name, argument] = only(selector);
  const opposite = opposites.get(name);
  if (opposite !== undefined) return { [opposite]: argument };
  if (name === "$exists") return { $exists: argument === false };
  if (name === "$not" && isObject(argument)) return withNegationsDown(argument);
  if (combining.has(name) && Array.isArray(argument)) {
    if (name === "$nor") return { $or: argument.map(withNegationsDown) };
    return { [name === "$and" ? "$or" : "$and"]: argument.map(negated) };
  }
  return name.startsWith("$") || !isObject(argument) ? { $not: selector } : { [name]: negated(argument) };
}

/** `$and` and `$or` of the same within are one, of one part that part; lists in which the order says nothing, sorted. */
function unordered(selector: JsonObject): JsonObject {
  const [name, argument] = only(selector);
  if (Array.isArray(argument)) {
    if (name === "$in" || name === "$nin") return { [name]: sorted(argument) };
    if (!combining.has(name)) return selector;
    const parts: JsonObject[] = argument.map(unordered);
    if (name === "$nor") return { $nor: sorted(parts) };
    const [first, ...others] = sorted(parts.flatMap((part) => partsOf(name, part)));
    return first && others.length === 0 ? first : { [name]: first ? [first, ...others] : [] };
  }
  const holdsSelector = !name.startsWith("$") || name === "$not" || nesting.has(name);
  return holdsSelector && isObject(argument) ? { [name]: unordered(argument) } : selector;
}

/** An empty `$or` is true, and so no part that could be left out of another `$or`. */
function partsOf(name: string, part: JsonObject): readonly JsonObject[] {
  const within = part[name];
  return Array.isArray(within) && (name === "$and" || within.length > 0) ? within : [part];
}

/** In one order, each once. */
function sorted<Value>(values: readonly Value[]): Value[] {
  const byText = new Map(values.map((value) => [canonicalize(value) ?? "", value]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** The one member of what is explicit already; of `{}`, what has no effect. */
function only(selector: JsonObject): [name: string, argument: unknown] {
  return Object.entries(selector)[0] ?? ["$and", []];
}
