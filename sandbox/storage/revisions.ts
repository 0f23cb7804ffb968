/** Revisions of ordinary documents: `generation-hash`. */

import { createHash } from "node:crypto";
import { badRequest } from "../reply.js";

export interface Revision {
  readonly generation: number;
  readonly hash: string;
}

/** @throws CouchError 400 */
export function parseRevision(text: unknown): Revision {
  const parts = typeof text === "string" ? /^([+-]?\d+)-(.*)$/s.exec(text) : null;
  if (!parts) throw badRequest("Invalid rev format");
  return { generation: Number(parts[1]), hash: parts[2] ?? "" };
}

export function formatRevision({ generation, hash }: Revision): string {
  return `${generation}-${hash}`;
}

/** The next revision after an edit: the same edit of the same parent always gives the same revision. */
export function nextRevision(parent: Revision | undefined, content: unknown): Revision {
  const text = JSON.stringify([parent ? formatRevision(parent) : null, content]);
  return {
    generation: (parent?.generation ?? 0) + 1,
    hash: createHash("md5").update(text).digest("hex"),
  };
}
