/** Which documents a database has, deleted ones included. Only reads. */
import type { Couch } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { path } from "../../couch/path.js";
import { readStored } from "./stored.js";

/** What the database is like as a whole. */
export interface Place {
  readonly database: string;
  /** It has, and had, no document: none has to be looked for. */
  readonly isEmpty: boolean;
  /** A copy of it may not know yet of a document that was deleted. */
  readonly copiesMayDiffer: boolean;
}

/** `undefined`: there is no such database. */
export async function placeOf(couch: Couch, database: string): Promise<Place | undefined> {
  const info = await inventoryOf(couch).info(database);
  if (!info) return undefined;
  const { documents, deleted, n = 1 } = info;
  return { database, isEmpty: documents === 0 && deleted === 0, copiesMayDiffer: deleted > 0 && n > 1 };
}

/** Higher than any that a document has, so that its own ones are its possible ancestors. */
const revision = `999999999-${"0".repeat(32)}`;

/**
 * Those of the ids under which there is a document, or was one. `_revs_diff` looks into each shard once, and takes a
 * fifth of the time that `_all_docs` takes for as many keys; but it believes the first copy that answers. Where that
 * may be wrong, and something would be written that was deleted, those that seem missing are asked for once more.
 */
export async function existingIds(
  couch: Couch,
  { database, isEmpty, copiesMayDiffer }: Place,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (isEmpty) return new Set();
  const asked = Object.fromEntries(ids.map((id) => [id, [revision]]));
  const { body } = await couch.read<Readonly<Record<string, { readonly possible_ancestors?: readonly string[] }>>>(
    path`/${database}/_revs_diff`,
    { body: asked, keep: false },
  );
  const isThere = (id: string) => {
    const found = Object.hasOwn(body, id) ? body[id] : undefined;
    return found !== undefined && (found.possible_ancestors?.length ?? 0) > 0;
  };
  const existing = new Set(ids.filter(isThere));
  if (!copiesMayDiffer || existing.size === ids.length) return existing;
  const rest = ids.filter((id) => !existing.has(id));
  const stored = await readStored(couch, database, rest, { keep: false });
  for (const id of stored?.keys() ?? []) existing.add(id);
  return existing;
}
