/** What is staged in a database: read for people, and removed on request. */
import type { Couch } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { isBehind } from "./build-wait.js";
import { cleanUp } from "./companion-writes.js";
import { companionIn, isAhead, isOfSet } from "./companions.js";
import { type DesignDoc, hasSameIndex } from "./design-doc.js";
import { sizeOf } from "./index-state.js";
import { listDesignDocs } from "./list.js";
import { deleteDesignDoc, readDesignDoc } from "./stored.js";

/** How far an index is built, and how large it is. */
export interface StagedState {
  readonly pending: number;
  /** It is built, up to the changes of the last moments. */
  readonly ready: boolean;
  readonly bytes?: number;
}

/** Whether `stage` has built it ahead for this set. */
export async function isStaged(couch: Couch, database: string, name: string, set: string): Promise<boolean> {
  const stored = await readDesignDoc(couch, database, name);
  return stored !== undefined && isAheadOf(set, stored);
}

function isAheadOf(set: string, stored: DesignDoc): boolean {
  const companion = companionIn(stored);
  return companion !== undefined && isAhead(companion) && isOfSet(companion, set);
}

/** `undefined`: there is no such document. */
export async function stagedState(couch: Couch, database: string, name: string): Promise<StagedState | undefined> {
  const found = await sizeOf(couch, database, name);
  if (!found) return undefined;
  const { documents = 0 } = (await inventoryOf(couch).info(database)) ?? {};
  return { ...found, ready: !isBehind(found.pending, documents) };
}

/**
 * Removes those of these documents that `stage` has built ahead for this set, and all indexes that no document uses: a
 * run that was killed may have removed only the documents. The caller holds the lease. Returns what was removed, with
 * the size of an index that no other design document uses.
 */
export async function removeStaged(
  couch: Couch,
  database: string,
  names: readonly string[],
  set: string,
): Promise<{ readonly name: string; readonly bytes?: number }[]> {
  if (!(await inventoryOf(couch).info(database))) return [];
  const docs = new Map<string, DesignDoc>();
  for (const name of names) {
    const stored = await readDesignDoc(couch, database, name);
    if (stored && isAheadOf(set, stored)) docs.set(name, stored);
  }
  const listed = (await listDesignDocs(couch, database)) ?? {};
  const others = Object.entries(listed).flatMap(([name, doc]) => (docs.has(name) ? [] : [doc]));
  const removed: { name: string; bytes?: number }[] = [];
  for (const [name, doc] of docs) {
    const isShared = others.some((other) => hasSameIndex(other, doc));
    const { bytes } = (isShared ? undefined : await sizeOf(couch, database, name)) ?? {};
    await deleteDesignDoc(couch, database, name, String(doc._rev));
    removed.push({ name, ...(bytes === undefined ? {} : { bytes }) });
  }
  await cleanUp(couch, database);
  return removed;
}
