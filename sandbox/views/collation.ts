/** The order of view keys: null, booleans, numbers, strings by the Unicode collation, arrays, objects. */

import { isObject } from "../json.js";

const strings = new Intl.Collator("en");

export function compareKeys(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rank(a), rank(b)];
  if (rankA !== rankB) return rankA - rankB;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return strings.compare(a, b) || compareRaw(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (isObject(a) && isObject(b)) return compareLists(Object.entries(a), Object.entries(b));
  return 0;
}

/** The order of document ids and database names: by bytes. */
export function compareRaw(a: unknown, b: unknown): number {
  const [left, right] = [String(a), String(b)];
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function rank(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (value === false) return 1;
  if (value === true) return 2;
  if (typeof value === "number") return 3;
  if (typeof value === "string") return 4;
  return Array.isArray(value) ? 5 : 6;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, item] of a.entries()) {
    if (i >= b.length) return 1;
    const difference = compareKeys(item, b[i]);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
