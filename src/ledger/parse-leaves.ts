/** Parses CouchDB's response with all leaves of the lease document. Pure. */

/** One leaf of the lease document. */
export interface Leaf {
  readonly rev: string;
  /** The revision that it was written on; `undefined`: none, or not requested. */
  readonly parent: string | undefined;
  readonly deleted: boolean;
  /** `null`: the lease is free. */
  readonly holder: string | null;
  /** Identifies the acquisition, so that a runner recognises its own writes. */
  readonly nonce: string | undefined;
  readonly token: number;
  /** ISO 8601, by the holder's clock. Only for people: no decision depends on it. */
  readonly since: string;
  /** The holder's TTL: others must not take over sooner than the holder was promised. */
  readonly ttl: number;
  /** What its holder left in it when it released the lease, unchanged. */
  readonly snapshot?: unknown;
}

/** Parses CouchDB's answer to `open_revs=all`; `undefined`: a leaf is unreadable, so nothing may be decided. */
export function parseLeaves(body: unknown): readonly Leaf[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const leaves = body.map((row: { ok?: Record<string, unknown> } | null) => parseLeaf(row?.ok));
  return leaves.every((leaf) => leaf !== undefined) ? leaves : undefined;
}

function parseLeaf(doc: Record<string, unknown> | undefined): Leaf | undefined {
  if (typeof doc?._rev !== "string") return undefined;
  const { start, ids } = (doc._revisions ?? {}) as { start?: number; ids?: readonly string[] };
  const parentHash = ids?.[1];
  return {
    rev: doc._rev,
    parent: start !== undefined && parentHash !== undefined ? `${start - 1}-${parentHash}` : undefined,
    deleted: doc._deleted === true,
    holder: typeof doc.holder === "string" ? doc.holder : null,
    nonce: typeof doc.nonce === "string" ? doc.nonce : undefined,
    token: typeof doc.token === "number" ? doc.token : 0,
    since: typeof doc.since === "string" ? doc.since : "",
    ttl: typeof doc.ttl === "number" ? doc.ttl : 0,
    ...(doc.holder === null && doc.snapshot !== undefined ? { snapshot: doc.snapshot } : {}),
  };
}
