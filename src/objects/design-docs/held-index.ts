/**
 * CouchDB closes an index as soon as no design document that has opened it uses it any more. Queries that wait for it
 * then end with 404. So the former version is written and opened under another name until the new one is in place.
 */
import type { Couch } from "../../couch/couch.js";
import { rest } from "../../couch/pause.js";
import { putCompanion } from "./companion-writes.js";
import { companionIn, previousDoc, previousName } from "./companions.js";
import { waitingQueries } from "./index-state.js";
import { openIndex } from "./open-index.js";
import type { DeployContext, StagedWrite } from "./staged-write.js";
import { readDesignDoc } from "./stored.js";

/** The number of checks whether queries still wait, and the pause between them in milliseconds. */
const checks = 20;
const pause = 500;

/**
 * Call it before the new version is written. With `keepPrevious`, the former version also stays afterwards.
 *
 * @returns the documents to remove once the new version is in place
 */
export async function holdIndex(
  context: DeployContext,
  database: string,
  write: StagedWrite,
): Promise<readonly string[]> {
  const { name, stored, keepPrevious } = write;
  const previous = previousName(name);
  if (!stored || (!keepPrevious && !(await canHold(context.couch, database, previous, write)))) return [];
  await putCompanion(context.couch, database, previous, previousDoc(name, stored));
  await openIndex(context, database, previous, stored);
  return keepPrevious ? [] : [previous];
}

/** Not if the query planner would see it, and not if the name is somebody else's. */
async function canHold(couch: Couch, database: string, previous: string, { stored }: StagedWrite): Promise<boolean> {
  if (stored?.language === "query") return false;
  const found = await readDesignDoc(couch, database, previous);
  return !found || companionIn(found) !== undefined;
}

/** Waits until no query waits for these indexes any more, but not for longer than a reader would. */
export async function awaitQueries(
  { couch, signal }: DeployContext,
  database: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    for (let i = 0; i < checks && (await waitingQueries(couch, database, name)) > 0; i += 1) await rest(pause, signal);
  }
}
