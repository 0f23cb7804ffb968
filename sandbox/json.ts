/** Parses JSON as CouchDB does, and has helpers for values of unknown shape. */

import { isTextTooDeep, mostInMessage } from "../src/text/depth.js";
import { isObject, isStringArray } from "../src/text/json.js";

export type JsonObject = Record<string, unknown>;

export { isObject, isStringArray };

const suspicious = /\\u[dD][89a-fA-F]|\d{290}|[eE]\+?\d{3}/;

/**
 * Parses strictly: throws a SyntaxError also for input that JavaScript accepts and CouchDB refuses (invalid UTF-8,
 * half of a surrogate pair, numbers beyond a double).
 */
export function parseJson(bytes: Uint8Array | string): unknown {
  const text = typeof bytes === "string" ? bytes : decodeUtf8(bytes);
  const value: unknown = JSON.parse(text);
  // CouchDB accepts deeper nesting, but the code here is recursive.
  if (isTextTooDeep(text, mostInMessage)) throw new SyntaxError("nested too deeply");
  if (suspicious.test(text)) assertRepresentable(value);
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
}

function assertRepresentable(value: unknown): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw new SyntaxError("number out of range");
  if (typeof value === "string" && !isWellFormed(value)) throw new SyntaxError("lone surrogate");
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    assertRepresentable(key);
    assertRepresentable(item);
  }
}

function isWellFormed(text: string): boolean {
  return Buffer.from(text, "utf8").toString("utf8") === text;
}

/** Returns the same text for equal values, regardless of the order of their keys. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(",")}}`;
}

export function sameJson(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
