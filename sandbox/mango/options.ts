/** Reads the bodies of Mango requests: every key must be known and have the right type. */

import { isObject, isStringArray, type JsonObject } from "../json.js";
import { mangoError } from "./errors.js";

/** Checks a value and returns it in its final form. */
export type Check<T> = (value: unknown) => T;

/** @throws CouchError 400 for an unknown key */
export function onlyKeys(body: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) throw mangoError("invalid_key", `Invalid key ${unknown} for this request.`);
}

/** @throws CouchError 400 */
export function required<T>(body: JsonObject, key: string, check: Check<T>): T {
  if (body[key] === undefined) throw mangoError("missing_required_key", `Missing required key: ${key}`);
  return check(body[key]);
}

/** @throws CouchError 400 */
export function optional<T>(body: JsonObject, key: string, check: Check<T>, fallback: T): T {
  return body[key] === undefined ? fallback : check(body[key]);
}

export function name(value: unknown): string {
  if (value === "") throw mangoError("invalid_empty_string", "Index name or ddoc cannot be empty string");
  if (typeof value !== "string") throw mangoError("invalid_string", `Invalid string: ${JSON.stringify(value)}`);
  return value;
}

export function count(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0) return value as number;
  const reason = `${JSON.stringify(value)} is not an integer greater than or equal to zero`;
  throw mangoError("invalid_non_neg_integer", reason);
}

export function flag(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw mangoError("invalid_boolean", `Invalid boolean value: ${JSON.stringify(value)}`);
}

export function fieldNames(value: unknown): string[] {
  if (isStringArray(value)) return value;
  throw mangoError("invalid_fields", `Fields must be an array of strings, not: ${JSON.stringify(value)}`);
}

/** The fields of an index or a sort, in order, with their directions. */
export type Sort = readonly (readonly [field: string, direction: "asc" | "desc"])[];

export function sort(value: unknown): Sort {
  if (!Array.isArray(value)) {
    throw mangoError("invalid_sort_json", `Sort must be an array of sort specs, not: ${JSON.stringify(value)}`);
  }
  const fields = value.map(sortField);
  if (new Set(fields.map(([, direction]) => direction)).size > 1) {
    throw mangoError("unsupported_mixed_sort", "Sorts currently only support a single direction for all fields.");
  }
  return fields;
}

function sortField(value: unknown): Sort[number] {
  if (typeof value === "string" && value !== "") return [value, "asc"];
  const members = isObject(value) ? Object.entries(value) : [];
  const [field, direction] = members[0] ?? [];
  if (members.length === 1 && field !== undefined && (direction === "asc" || direction === "desc")) {
    return [field, direction];
  }
  throw mangoError("invalid_sort_field", `Invalid sort field: ${JSON.stringify(value)}`);
}
