/**
 * Digests of what a write finds, for an approved plan. Nothing in them is derived from a secret: they are made of what a
 * plan may show. Pure.
 */
import { hash } from "node:crypto";
import type { Change } from "../../contract/results.js";
import { canonicalJson } from "../../migrations/checksum.js";

/** 96 bits: enough that two states of an object never collide in practice. */
const length = 16;

type State = Pick<Change, "path" | "before">;

/** Sorted, each once. One of something that does not exist yet begins with `+`. */
export function digestsOf(states: readonly State[]): string[] {
  return [...new Set(states.map(digestOf))].sort();
}

/** Nothing that exists is overwritten. */
export function isCreation(digests: readonly string[]): boolean {
  return digests.length > 0 && digests.every((digest) => digest.startsWith("+"));
}

function digestOf({ path, before }: State): string {
  const isNew = before === null || before === undefined;
  const digest: string = hash("sha256", canonicalJson(isNew ? [path] : [path, before]), "base64url");
  return (isNew ? "+" : "") + digest.slice(0, length);
}
