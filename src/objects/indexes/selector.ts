/**
 * Brings equivalent selectors into one form: first the form that CouchDB stores (each object has one field,
 * conditions are explicit, nested fields are one path, negations are moved down as far as possible), then further
 * than CouchDB does, ignoring the order and nesting of the operands of `$and` and `$or`.
 *
 * Nothing is refused here: an invalid selector is unchanged, and CouchDB judges it.
 */
import canonicalize from "canonicalize";
import { isObject, type JsonObject } from "../../text/json.js";

const combining: ReadonlySet<string> = new Set(["$and", "$or", "$nor"]);
const nesting: ReadonlySet<string> = new Set(["$elemMatch", "$allMatch", "$keyMapMatch"]);

/** As CouchDB stores it and shows it in `GET /db/_index`. Idempotent. */
export function storedSelector(selector: JsonObject): JsonObject {
  return Object.keys(selector).length === 0 ? selector : withNegationsDown(withPaths(explicit(selector), ""));
}

export function sameSelector(a: JsonObject, b: JsonObject): boolean {
  return canonicalize(unordered(storedSelector(a))) === canonicalize(unordered(storedSelector(b)));
}

/** `{"a": 1, "b": {"$gt": 2}}` becomes `{"$and": [{"a": {"$eq": 1}}, {"b": {"$gt": 2}}]}`. */
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

/**
 * `{"a": {"b": {"$gt": 2}}}` becomes `{"a.b": {"$gt": 2}}`; inside `$elemMatch` and similar operators, paths start
 * again.
 */
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

/**
 * Merges nested `$and` and `$or`, replaces one with a single operand by that operand, and sorts lists whose order has
 * no meaning.
 */
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

/** An empty `$or` is true, so it must not be dropped from another `$or`. */
function partsOf(name: string, part: JsonObject): readonly JsonObject[] {
  const within = part[name];
  return Array.isArray(within) && (name === "$and" || within.length > 0) ? within : [part];
}

/** Sorted, without duplicates. */
function sorted<Value>(values: readonly Value[]): Value[] {
  const byText = new Map(values.map((value) => [canonicalize(value) ?? "", value]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** The only field of an explicit selector; for `{}`, an operator without effect. */
function only(selector: JsonObject): [name: string, argument: unknown] {
  return Object.entries(selector)[0] ?? ["$and", []];
}
