/** Removes documents of any kind: what exists, what would be lost, and the removal itself. */

import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { lookAgain } from "../../couch/look-again.js";
import { deepDocuments } from "../../couch/nesting.js";
import { type Change, type Difference, holds, removes } from "../../steps/difference.js";
import type { StepContext } from "../../steps/kind.js";
import type { JsonObject } from "../../text/json.js";
import { batchesOf } from "./batches.js";
import { readStored, type Stored, type StoredById } from "./stored.js";
import { summarise } from "./summary.js";
import { writeDocuments } from "./write.js";

/** How many are read in full, for display. */
const shownInFull = 20;
/** A document has a leaf for each conflict, and each deletion uncovers another one. */
const maxLeaves = 100;
const mostNamed = 5;

/** The documents that exist; the first ones with their content, unless it is nested too deeply. */
export async function readExisting(couch: Couch, database: string, ids: readonly string[]): Promise<Stored[]> {
  const found: Stored[] = [];
  for await (const batch of batchesOf(ids, Buffer.byteLength)) {
    const stored = await readStored(couch, database, batch);
    if (!stored) return [];
    found.push(...[...stored.values()].filter(({ deleted }) => !deleted));
  }
  const first = found.slice(0, shownInFull).map(({ id }) => id);
  const full = await withContent(couch, database, first);
  return found.map((stored) => full?.get(stored.id) ?? stored);
}

/** A document is removed by its revision, so it can also be removed if its content can't be shown. */
async function withContent(couch: Couch, database: string, ids: readonly string[]): Promise<StoredById | undefined> {
  try {
    return await readStored(couch, database, ids, { docs: true });
  } catch (error) {
    const deep = deepDocuments(error);
    const others = ids.filter((id) => !deep.includes(id));
    if (others.length === ids.length) throw error;
    return withContent(couch, database, others);
  }
}

/** @param changeOf what one of them loses; `field`: the step's name for them */
export function removal(
  existing: readonly Stored[] | undefined,
  field: string,
  changeOf: (stored: Stored) => Change,
): Difference<readonly Stored[]> {
  if (!existing || existing.length === 0) return holds();
  const rest = (documents: string): Change => ({ path: `/${field}`, before: documents, after: null });
  const { changes, isWhole, ...counted } = summarise(
    existing,
    (stored) => [changeOf(stored)],
    () => "removed",
    { removed: rest },
  );
  const former = { states: isWhole ? changes : "any", documents: existing.length } as const;
  return removes(changes, existing, { ...counted, former });
}

/** The content of a document without what CouchDB adds, or why it is missing. */
export function contentOf({ doc }: Stored): JsonObject | string {
  if (!doc) return "(nested too deeply to be shown)";
  const { _id, _rev, ...content } = doc;
  return content;
}

/** Removes all leaves: otherwise a document with conflicts would still exist, with other content. */
export async function removeStored(
  { couch, signal, progress }: Pick<StepContext<unknown>, "couch" | "signal" | "progress">,
  database: string,
  stored: readonly Stored[],
): Promise<void> {
  const total = stored.length;
  let left = stored;
  for (let leaf = 1; left.length > 0; leaf += 1) {
    if (leaf > maxLeaves) {
      const message = `${left.length} of ${total} documents of ${database} reappear after each deletion`;
      throw new MigrateError("conflict", { message, data: { database, ids: left.slice(0, 20).map(({ id }) => id) } });
    }
    const bodies = left.map(({ id, rev }) => ({ _id: id, _rev: rev, _deleted: true }));
    // Writes by others in the meantime are noticed below.
    await writeDocuments(couch, database, bodies, { total: bodies.length, conflictsAreFine: true, signal });
    left = await afterRemoval(couch, database, left, signal);
    progress({ done: total - left.length, total, unit: "documents", what: `removed from ${database}` });
  }
}

/**
 * What exists instead: another revision of the same documents. If the removed revision still exists after a while,
 * CouchDB has not done what it accepted; at first, a node may return its old documents.
 */
async function afterRemoval(
  couch: Couch,
  database: string,
  removed: readonly Stored[],
  signal: AbortSignal,
): Promise<Stored[]> {
  const gone = new Map(removed.map(({ id, rev }) => [id, rev]));
  let unmoved: readonly Stored[] = [];
  const look = async (number: number) => {
    if (number > 0) couch.forget(database);
    const left = await remaining(couch, database, removed);
    unmoved = left.filter(({ id, rev }) => gone.get(id) === rev);
    return unmoved.length === 0 ? left : undefined;
  };
  const left = await lookAgain(look, { signal });
  if (!left) throw stillThere(database, unmoved);
  return left;
}

function stillThere(database: string, unmoved: readonly Stored[]): MigrateError {
  const ids = unmoved.map(({ id }) => id);
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : "";
  const named = `${ids.slice(0, mostNamed).join(", ")}${more}`;
  const message = `CouchDB accepted the removal of ${named} from ${database}, but still has the same revision`;
  return new MigrateError("not-applied", { message, data: { database, ids: ids.slice(0, 20) } });
}

async function remaining(couch: Couch, database: string, removed: readonly Stored[]): Promise<Stored[]> {
  const left: Stored[] = [];
  for await (const batch of batchesOf(removed, ({ id }) => Buffer.byteLength(id))) {
    const ids = batch.map(({ id }) => id);
    const stored = await readStored(couch, database, ids);
    left.push(...[...(stored?.values() ?? [])].filter(({ deleted }) => !deleted));
  }
  return left;
}
