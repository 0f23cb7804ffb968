/** Is it a snapshot that this version can read? Whatever else stands there is passed over. */
import type { Snapshot } from "./ledger.js";

export function isSnapshot(value: unknown): value is Snapshot {
  if (!isObject(value)) return false;
  const { digest, reads, variables, steps, databases } = value;
  return (
    typeof digest === "string" &&
    Array.isArray(reads) &&
    reads.every((read) => isStrings(read) && read.length === 2 && ways.has(read[0] ?? "")) &&
    isStrings(variables) &&
    isStrings(steps) &&
    isObject(databases) &&
    Object.values(databases).every((incarnation) => incarnation === null || typeof incarnation === "string")
  );
}

const ways: ReadonlySet<string> = new Set(["file", "folder", "what"]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
