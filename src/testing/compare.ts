/** Compares what a test expects with what the server returns. Pure. */
import canonicalize from "canonicalize";
import { diffArrays, diffLines } from "diff";
import type { ComparedLine } from "../contract/test-results.js";
import { isObject } from "../text/json.js";

/**
 * Whether they are the same JSON. A `_rev` is not compared unless the expectation names it: nobody can know it.
 */
export function equals(expected: unknown, actual: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) && actual.length === expected.length && expected.every((item, i) => equals(item, actual[i]))
    );
  }
  if (!isObject(expected)) return expected === actual;
  if (!isObject(actual)) return false;
  const compared = Object.keys(actual).filter((name) => name !== "_rev" || Object.hasOwn(expected, name));
  return compared.length === Object.keys(expected).length && compared.every((name) => hasEqual(expected, actual, name));
}

function hasEqual(expected: Record<string, unknown>, actual: unknown, name: string): boolean {
  return Object.hasOwn(expected, name) && isObject(actual) && equals(expected[name], actual[name]);
}

/** Whether the actual object has the fields that are expected; its other fields are not compared. */
export function has(expected: Record<string, unknown>, actual: unknown): boolean {
  return Object.keys(expected).every(
    (name) => isObject(actual) && Object.hasOwn(actual, name) && hasEqual(expected, actual, name),
  );
}

/** The difference between two lists, line by line. `undefined`: there is none. */
export function difference<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  same: (expected: Expected, actual: Actual) => boolean,
  shown: (actual: Actual) => unknown = (one) => one,
): readonly ComparedLine[] | undefined {
  if (expected.length === actual.length && expected.every((one, i) => same(one, actual[i] as Actual))) return undefined;
  const parts = diffArrays<unknown>([...expected], [...actual], {
    comparator: (left, right) => same(left as Expected, right as Actual),
  });
  return parts.flatMap(({ value, added, removed }, i): ComparedLine[] => {
    const next = parts[i + 1];
    const previous = parts[i - 1];
    const actually = (one: unknown) => shown(one as Actual);
    if (removed && next?.added) return pairs(value, next.value.map(actually));
    if (added && previous?.removed) return [];
    if (added) return value.map((one) => ({ in: "actual", text: json(actually(one)) }));
    return value.map((one) => ({ in: removed ? "expected" : "both", text: json(removed ? one : actually(one)) }));
  });
}

/** Long objects are compared field by field, so that a reader finds what differs. */
function pairs(expected: readonly unknown[], actual: readonly unknown[]): ComparedLine[] {
  const lines: ComparedLine[] = [];
  for (let i = 0; i < Math.max(expected.length, actual.length); i += 1) {
    const [left, right] = [expected[i], actual[i]];
    if (i < expected.length && i < actual.length && Math.max(json(left).length, json(right).length) > longest) {
      lines.push(...fieldByField(left, right));
      continue;
    }
    if (i < expected.length) lines.push({ in: "expected", text: json(left) });
    if (i < actual.length) lines.push({ in: "actual", text: json(right) });
  }
  return lines;
}

const longest = 80;

function fieldByField(expected: unknown, actual: unknown): ComparedLine[] {
  return diffLines(pretty(expected), pretty(actual)).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, "")
      .split("\n")
      .map((text): ComparedLine => ({ in: removed ? "expected" : added ? "actual" : "both", text })),
  );
}

/** With the fields in alphabetical order. */
function json(value: unknown): string {
  return canonicalize(value) ?? "null";
}

function pretty(value: unknown): string {
  return `${JSON.stringify(JSON.parse(json(value)), undefined, 2)}\n`;
}

/** Without `_rev`, at any depth: for showing what is not compared. */
export function withoutRevisions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRevisions);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([name]) => name !== "_rev");
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutRevisions(field)]));
}
