/** CouchDB's built-in reduce functions, applied to all rows of a group in one call. */

import { builtInReduce } from "../../src/design-doc-rules/built-in-reduces.js";
import { canonicalJson, isObject } from "../json.js";
import { CouchError } from "../reply.js";
import { compareKeys } from "./collation.js";
import type { Row } from "./row.js";

type Reduce = (rows: readonly Row[]) => unknown;

const byName = {
  _sum: (rows: readonly Row[]) => {
    const bad = rows.find((row) => !isSummable(row.value));
    return bad ? sumError(bad.value) : rows.map((row) => row.value).reduce(add);
  },
  _count: (rows: readonly Row[]) => rows.length,
  _stats: (rows: readonly Row[]) => stats(rows.map((row) => row.value)),
  /** Exact; CouchDB estimates. */
  _approx_count_distinct: (rows: readonly Row[]) => new Set(rows.map((row) => canonicalJson(row.key))).size,
  _first: (rows: readonly Row[]) => rows[0]?.value,
  _last: (rows: readonly Row[]) => rows.at(-1)?.value,
};

/** Returns undefined if the text is a function. */
export function findBuiltin(source: string): Reduce | undefined {
  const found = builtInReduce(source);
  if (!found || "refusal" in found) return undefined;
  return "count" in found ? rank(found.name === "_top" ? -1 : 1, found.count) : byName[found.name];
}

function rank(direction: number, count: number): Reduce {
  return (rows) =>
    rows
      .map((row) => row.value)
      .sort((a, b) => direction * compareKeys(a, b))
      .slice(0, count);
}

function isSummable(value: unknown): boolean {
  if (typeof value === "number") return true;
  if (Array.isArray(value)) return value.every((item) => typeof item === "number");
  return isObject(value) && Object.values(value).every(isSummable);
}

/** Adds numbers, arrays item by item, objects field by field; a number counts as an array of one. */
function add(a: unknown, b: unknown): unknown {
  if (a === undefined) return b;
  if (b === undefined) return a;
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (isObject(a) && isObject(b)) {
    const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
    return Object.fromEntries([...fields].map((field) => [field, add(a[field], b[field])]));
  }
  if (isObject(a) || isObject(b)) return sumError(b);
  const [left, right] = [[a].flat(), [b].flat()];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => add(left[i], right[i]));
}

function sumError(value: unknown): unknown {
  const reason =
    "The _sum function requires that map values be numbers, arrays of numbers, or objects. Objects cannot be mixed " +
    "with other data structures. Objects can be arbitrarily nested, provided that the values for all fields are " +
    "themselves numbers, arrays of numbers, or objects.";
  return { error: "builtin_reduce_error", reason, caused_by: value };
}

function stats(values: readonly unknown[]): unknown {
  const [first] = values;
  if (Array.isArray(first)) return first.map((_, i) => stats(values.map((value) => (value as unknown[])[i])));
  const numbers = values.map((value) => {
    if (typeof value === "number") return value;
    throw new CouchError(500, "invalid_value", `non-numeric _stats input: ${JSON.stringify(value)}`);
  });
  const add = (total: number, number: number) => total + number;
  return {
    sum: numbers.reduce(add, 0),
    count: numbers.length,
    min: numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max: numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    sumsqr: numbers.map((number) => number * number).reduce(add, 0),
  };
}
