/**
 * A step's checksum covers its kind and its meaning. It does not depend on anything that changes neither (id,
 * description, comments, the order of keys, line ends, paths), nor on secrets, which the ledger must not contain even
 * as a plain hash.
 */
import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import canonicalize from "canonicalize";
import type { Schema } from "../steps/schema.js";

/** The version of the algorithm. A new one must also support the old one, because ledgers contain its checksums. */
const version = "1";

/** `shown`: what the step declares, with secrets masked. */
export function checksum(kind: string, shown: unknown, schema: Schema): string {
  const json = canonicalJson([kind, meaningOf(shown, schema)]);
  return `${version}:${hash("sha256", json)}`;
}

/**
 * Without fields that only permit something, and without defaults: if a later version adds a field with a default,
 * the checksums of old steps stay the same.
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

/** RFC 8785, which does not allow lone surrogates, so they are escaped first. */
export function canonicalJson(value: unknown): string {
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
