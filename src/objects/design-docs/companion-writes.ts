/** Writes and removes the companions of design documents. */

import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import {
  assertOurs,
  companionIn,
  isAhead,
  isOfSet,
  previousName,
  type Stager,
  stagedDoc,
  withoutMark,
} from "./companions.js";
import { contentOf, isSame } from "./compare.js";
import { type DesignDoc, idOf } from "./design-doc.js";
import { assertLanguages } from "./languages.js";
import type { DeployContext, StagedWrite } from "./staged-write.js";
import { deleteDesignDoc, readDesignDoc } from "./stored.js";

/** Writes the staged document, unless it is there already. */
export async function ensureStaged(
  context: DeployContext,
  database: string,
  { name, doc, staged, keepPrevious, obsolete, outdated }: StagedWrite,
  ahead: boolean,
): Promise<void> {
  const { set, version } = context.step;
  const by: Stager = { set, version, since: new Date().toISOString(), ...(ahead ? { ahead } : {}) };
  const wanted = stagedDoc(name, doc, by);
  const previous = previousName(name);
  // `apply` removes the former version, which still serves, only when the new one is in place.
  const unwanted = ahead ? outdated : obsolete.filter((other) => other !== previous);
  if (unwanted.length === 0 && isStagedAs(await readDesignDoc(context.couch, database, staged), wanted)) return;
  await context.exclusively(async (couch) => {
    await assertLanguages(couch, database, [{ name, doc }]);
    if (keepPrevious && !ahead) assertOurs(database, previous, await readDesignDoc(couch, database, previous));
    // Otherwise the server would still build an index that is no longer wanted.
    for (const other of unwanted) await removeCompanion(couch, database, other, set);
    const stored = await readDesignDoc(couch, database, staged);
    assertOurs(database, staged, stored);
    if (!isStagedAs(stored, wanted)) await write(couch, database, staged, stored, wanted);
  });
}

/**
 * The mark may be that of another version of the files, which wants the same index. What was built ahead stays marked
 * as such.
 */
function isStagedAs(stored: DesignDoc | undefined, wanted: DesignDoc): boolean {
  const [is, asked] = [stored && companionIn(stored), companionIn(wanted)];
  if (!stored || !is || !asked || (isAhead(asked) && !isAhead(is))) return false;
  return isSame(withoutMark(contentOf(stored)), withoutMark(wanted));
}

/**
 * Cleans up after a version is in place. Its staged document is deleted last: as long as it exists, a restarted run
 * knows that something may be left to do, and no node regards the new index as unused.
 */
export async function finishStaged(
  couch: Couch,
  database: string,
  set: string,
  { obsolete, finished }: { readonly obsolete: readonly string[]; readonly finished: readonly string[] },
): Promise<void> {
  for (const name of obsolete) await removeCompanion(couch, database, name, set);
  await cleanUp(couch, database);
  for (const name of finished) await removeCompanion(couch, database, name, set);
}

export async function cleanUp(couch: Couch, database: string): Promise<void> {
  await couch.write("POST", path`/${database}/_view_cleanup`, { accept: [202], repeatable: true });
}

/** Writes a companion, unless it is there already. */
export async function putCompanion(couch: Couch, database: string, name: string, doc: DesignDoc): Promise<void> {
  const stored = await readDesignDoc(couch, database, name);
  assertOurs(database, name, stored);
  if (stored && isSame(contentOf(stored), doc)) return;
  await write(couch, database, name, stored, doc);
}

async function write(
  couch: Couch,
  database: string,
  name: string,
  stored: DesignDoc | undefined,
  doc: DesignDoc,
): Promise<void> {
  const body = { _id: idOf(name), ...(stored ? { _rev: stored._rev } : {}), ...doc };
  await couch.write("PUT", path`/${database}/_design/${name}`, { body, repeatable: true });
}

/** Removes a companion, unless it belongs to another set. */
export async function removeCompanion(couch: Couch, database: string, name: string, set: string): Promise<void> {
  const stored = await readDesignDoc(couch, database, name);
  const companion = stored && companionIn(stored);
  if (!companion || !isOfSet(companion, set)) return;
  await deleteDesignDoc(couch, database, name, String(stored._rev));
}
