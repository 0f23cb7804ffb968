/**
 * Converts a selector to the form that CouchDB stores and matches: every object has one field, conditions are
 * explicit (`{"$eq": …}`), nested fields are one path, and negations are moved as far down as possible.
 */

import { isObject, type JsonObject } from "../json.js";
import { badArgument, mangoError } from "./errors.js";

export type Selector = JsonObject;

const combining = new Set(["$and", "$or", "$nor"]);
const nesting = new Set(["$elemMatch", "$allMatch", "$keyMapMatch"]);
const comparing = new Set(["$lt", "$lte", "$eq", "$ne", "$gte", "$gt", "$default"]);
const unsupported = new Set(["$where", "$geoWithin", "$geoIntersects", "$near", "$nearSphere"]);

/** Operators that take a specific type of argument. */
const argumentChecks: Readonly<Record<string, (argument: unknown) => boolean>> = {
  $in: Array.isArray,
  $nin: Array.isArray,
  $all: Array.isArray,
  $exists: (argument) => typeof argument === "boolean",
  $type: (argument) => typeof argument === "string",
  $mod: (argument) => Array.isArray(argument) && argument.length === 2 && argument.every(Number.isInteger),
  $regex: isPattern,
  $size: (argument) => Number.isInteger(argument) && (argument as number) >= 0,
  $beginsWith: (argument) => typeof argument === "string",
};

/** @throws CouchError 400 */
export function normalizeSelector(selector: unknown): Selector {
  if (!isObject(selector)) {
    throw mangoError("invalid_selector_json", `Selector must be a JSON object, not: ${JSON.stringify(selector)}`);
  }
  if (Object.keys(selector).length === 0) return {};
  const normalized = pushNegations(joinFields(explicit(selector), ""));
  if ("" in normalized) {
    throw mangoError("invalid_selector", "One or more conditions is missing a field name.");
  }
  return normalized;
}

/** Returns the only field of a selector that is already explicit. */
export function only(selector: Selector): [name: string, value: unknown] {
  const [member] = Object.entries(selector);
  if (!member) throw mangoError("bad_field", `Invalid field normalization on selector: ${JSON.stringify(selector)}`);
  return member;
}

function explicit(value: unknown): Selector {
  if (!isObject(value)) return { $eq: value };
  const members = Object.entries(value);
  if (members.length > 1) return { $and: members.map(([name, condition]) => explicit({ [name]: condition })) };
  const [member] = members;
  if (!member) return { $eq: value };
  const [name, argument] = member;
  if (!name.startsWith("$")) return { [name]: explicit(argument) };
  return { [name]: explicitArgument(name, argument) };
}

function explicitArgument(operator: string, argument: unknown): unknown {
  if (combining.has(operator)) {
    if (!Array.isArray(argument)) throw badArgument(operator, argument);
    return argument.map(explicit);
  }
  if (operator === "$not" || nesting.has(operator)) {
    if (!isObject(argument)) throw badArgument(operator, argument);
    return explicit(argument);
  }
  const check = argumentChecks[operator];
  if (check) {
    if (!check(argument)) throw badArgument(operator, argument);
    return argument;
  }
  if (comparing.has(operator)) return argument;
  if (unsupported.has(operator)) throw mangoError("not_supported", `Unsupported operator: ${operator}`);
  throw mangoError("invalid_operator", `Invalid operator: ${operator}`);
}

function joinFields(selector: Selector, path: string): Selector {
  const [name, value] = only(selector);
  if (combining.has(name)) return { [name]: (value as Selector[]).map((part) => joinFields(part, path)) };
  if (name === "$not") return { $not: joinFields(value as Selector, path) };
  if (nesting.has(name)) return { [path]: { [name]: joinFields(value as Selector, "") } };
  if (name.startsWith("$")) return { [path]: selector };
  return joinFields(value as Selector, path === "" ? name : `${path}.${name}`);
}

function pushNegations(selector: Selector): Selector {
  const [name, value] = only(selector);
  if (name === "$not") return negate(value as Selector);
  if (name === "$nor") return { $and: (value as Selector[]).map(negate) };
  if (name === "$and" || name === "$or") return { [name]: (value as Selector[]).map(pushNegations) };
  if (nesting.has(name)) return { [name]: pushNegations(value as Selector) };
  return selector;
}

const opposites = new Map(
  Object.entries({
    $lt: "$gte",
    $gte: "$lt",
    $lte: "$gt",
    $gt: "$lte",
    $eq: "$ne",
    $ne: "$eq",
    $in: "$nin",
    $nin: "$in",
  }),
);

function negate(selector: Selector): Selector {
  const [name, value] = only(selector);
  if (name === "$not") return pushNegations(value as Selector);
  if (name === "$nor") return { $or: (value as Selector[]).map(pushNegations) };
  if (name === "$and") return { $or: (value as Selector[]).map(negate) };
  if (name === "$or") return { $and: (value as Selector[]).map(negate) };
  if (name === "$exists") return { $exists: !value };
  const opposite = opposites.get(name);
  if (opposite) return { [opposite]: value };
  return name.startsWith("$") ? { $not: selector } : { [name]: negate(value as Selector) };
}

function isPattern(argument: unknown): boolean {
  if (typeof argument !== "string") return false;
  try {
    return new RegExp(argument) instanceof RegExp;
  } catch {
    return false;
  }
}
