/** Which version of a set's files these are. */
import { hash } from "node:crypto";
import type { Step } from "../migrations/step.js";

/** 96 bits: nobody has to fear that two versions of one set come out alike. */
const length = 16;

/**
 * A digest of all ids, kinds and checksums, whatever their order, and of the environment, where the set has any: the same
 * files make another version there.
 */
export function filesVersion(steps: readonly Pick<Step, "id" | "kind" | "checksum">[], environment?: string): string {
  const rows = steps.map(({ id, kind, checksum }) => JSON.stringify([id, kind, checksum])).sort();
  const digest: string = hash("sha256", JSON.stringify([environment ?? null, ...rows]), "base64url");
  return digest.slice(0, length);
}
