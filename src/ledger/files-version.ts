/** Identifies the version of a set's files. */
import { hash } from "node:crypto";
import type { Step } from "../migrations/step.js";

/** 96 bits: enough that two versions of a set never collide in practice. */
const length = 16;

/**
 * A digest of all ids, kinds and checksums, in any order, and of the environment if the set has one: the same files
 * are another version in another environment.
 */
export function filesVersion(steps: readonly Pick<Step, "id" | "kind" | "checksum">[], environment?: string): string {
  const rows = steps.map(({ id, kind, checksum }) => JSON.stringify([id, kind, checksum])).sort();
  const digest: string = hash("sha256", JSON.stringify([environment ?? null, ...rows]), "base64url");
  return digest.slice(0, length);
}
