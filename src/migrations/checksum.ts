/**
 * A step's checksum: over its kind and its meaning, and so over nothing that changes neither (id, description, comments,
 * the order of keys, line ends, paths), nor over secrets, which the ledger must not hold even as a plain hash.
 */
import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import canonicalize from "canonicalize";
import type { Schema } from "../steps/schema.js";

/** The algorithm's version. A new one has to know the old one too: ledgers hold its checksums. */
const version = "1";

/** `shown`: what the step asks for, secrets masked. */
export function checksum(kind: string, shown: unknown, schema: Schema): string {
  const json = canonicalJson([kind, meaningOf(shown, schema)]);
  return `${version}:${hash("sha256", json)}`;
}

/**
 * Without fields that only permit something, and without defaults, so that a field which a later version adds, with a
 * default, leaves the checksums of old steps as they are.
 */
function meaningOf(shown: unknown, { properties = {} }: Schema): unknown {
  if (typeof shown !== "object" || shown === null || Array.isArray(shown)) return shown;
  const counts = ([field, value]: [string, unknown]) => {
    const schema = Object.hasOwn(properties, field) ? properties[field] : undefined;
    if (schema?.permits) return false;
    return schema?.default === undefined || !isDeepStrictEqual(value, schema.default);
  };
  return Object.fromEntries(Object.entries(shown).filter(counts));
}

/** RFC 8785, which has no lone surrogates: where there are any, they are written as escapes first. */
function canonicalJson(value: unknown): string {
  try {
    return canonicalize(value) ?? "";
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return canonicalize(wellFormed(value)) ?? "";
  }
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return escaped(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [escaped(key), wellFormed(child)]));
}

function escaped(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
