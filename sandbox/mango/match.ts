/** Whether a document matches a normalised selector. */

import { isObject, type JsonObject, sameJson } from "../json.js";
import { compareKeys, compareRaw } from "../views/collation.js";
import { mangoError } from "./errors.js";
import { fieldAt } from "./fields.js";
import { only, type Selector } from "./normalize.js";

/** Whether a text matches a regular expression. */
export type TestText = (pattern: string, text: string) => boolean;

interface Means {
  compare(a: unknown, b: unknown): number;
  readonly test: TestText;
}
type Operator = (argument: never, value: unknown, means: Means) => boolean;

export function matches(selector: Selector, document: JsonObject, test: TestText): boolean {
  return match(selector, document, { compare: compareKeys, test });
}

const operators: Readonly<Record<string, Operator>> = {
  $and: (parts: Selector[], value, means) => parts.every((part) => match(part, value, means)),
  $or: (parts: Selector[], value, means) => parts.length === 0 || parts.some((part) => match(part, value, means)),
  $not: (part: Selector, value, means) => !match(part, value, means),
  $lt: (argument: unknown, value, { compare }) => compare(value, argument) < 0,
  $lte: (argument: unknown, value, { compare }) => compare(value, argument) <= 0,
  $eq: (argument: unknown, value, { compare }) => compare(value, argument) === 0,
  $ne: (argument: unknown, value, { compare }) => compare(value, argument) !== 0,
  $gte: (argument: unknown, value, { compare }) => compare(value, argument) >= 0,
  $gt: (argument: unknown, value, { compare }) => compare(value, argument) > 0,
  $in: (wanted: unknown[], value, means) => isIn(wanted, value, means),
  $nin: (wanted: unknown[], value, means) => !isIn(wanted, value, means),
  $exists: (argument: boolean, value) => argument && value !== undefined,
  $type: (argument: string, value) => argument === typeOf(value),
  $mod: ([divisor = 1, rest]: number[], value) => Number.isInteger(value) && (value as number) % divisor === rest,
  $regex: (pattern: string, value, { test }) => typeof value === "string" && test(pattern, value),
  $beginsWith: (prefix: string, value) => typeof value === "string" && value.startsWith(prefix),
  $size: (length: number, value) => Array.isArray(value) && value.length === length,
  $all: (wanted: unknown[], value) => Array.isArray(value) && wanted.length > 0 && holdsAll(value, wanted),
  $elemMatch: (part: Selector, value, means) => Array.isArray(value) && value.some((item) => match(part, item, means)),
  $allMatch: (part: Selector, value, means) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => match(part, item, means)),
  $keyMapMatch: (part: Selector, value, means) =>
    isObject(value) && Object.keys(value).some((key) => match(part, key, means)),
};

function match(selector: Selector, value: unknown, means: Means): boolean {
  if (Object.keys(selector).length === 0) return true;
  const [name, argument] = only(selector);
  if (name === "") return match(argument as Selector, value, means);
  if (!name.startsWith("$")) return matchField(name, argument as Selector, value, means);
  const operator = operators[name];
  if (!operator) throw mangoError("invalid_operator", `Invalid operator: ${name}`);
  return operator(argument as never, value, means);
}

/** A missing field matches only `{"$exists": false}`. Ids are compared by bytes. */
function matchField(name: string, condition: Selector, value: unknown, means: Means): boolean {
  const found = fieldAt(value, name);
  if (found === undefined) return condition.$exists === false;
  return match(condition, found, name === "_id" ? { ...means, compare: compareIds } : means);
}

/** Compares ids by bytes; Erlang sorts strings after all other types. */
function compareIds(id: unknown, argument: unknown): number {
  return typeof argument === "string" ? compareRaw(String(id), argument) : 1;
}

function isIn(wanted: readonly unknown[], value: unknown, { compare }: Means): boolean {
  const values = Array.isArray(value) ? value : [value];
  return wanted.some((argument) => values.some((item) => compare(item, argument) === 0));
}

function holdsAll(values: readonly unknown[], wanted: readonly unknown[]): boolean {
  const [single] = wanted;
  if (wanted.length === 1 && Array.isArray(single) && sameJson(single, values)) return true;
  return wanted.every((argument) => values.some((item) => sameJson(item, argument)));
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
