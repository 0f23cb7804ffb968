/**
 * Checks that CouchDB stored design documents as they were sent. Its answer shows it, because a revision is derived
 * from the stored content. Only a document with an unexpected revision is read back and compared: the embedded
 * server, and possibly other servers, derive revisions in another way, and a document that was deleted before
 * continues from its last revision.
 */

import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { lookAgain, pauses } from "../../couch/look-again.js";
import { predictedRevision } from "../../couch/predicted-revision.js";
import { readStored } from "../documents/stored.js";
import { contentOf, isSame } from "./compare.js";
import type { DesignDoc } from "./design-doc.js";

export interface Written {
  /** As it was sent. */
  readonly doc: DesignDoc;
  /** As CouchDB answered. */
  readonly rev: string;
}

/** Shorter than elsewhere: if a revision does not show up soon, someone else has probably replaced it. */
const between = pauses.slice(0, 5);

/** What is wrong with each of them, by id; empty: nothing. */
export async function faultsAsSent(
  couch: Couch,
  database: string,
  written: readonly Written[],
): Promise<ReadonlyMap<string, MigrateError>> {
  const faults = new Map<string, MigrateError>();
  let open = written.filter(({ doc, rev }) => rev !== predictedRevision(doc, String(doc._rev ?? "0")));
  const look = async () => {
    if (open.length === 0) return true;
    const ids = open.map(({ doc }) => String(doc._id));
    const stored = await readStored(couch, database, ids, { docs: true, keep: false });
    const at = (id: string) => stored?.get(id);
    for (const { doc, rev } of open) {
      const id = String(doc._id);
      const there = at(id);
      if (there === undefined || there.rev !== rev || isSame(contentOf(there.doc ?? {}), contentOf(doc))) continue;
      faults.set(id, changed(database, id, rev));
    }
    open = open.filter(({ doc, rev }) => at(String(doc._id))?.rev !== rev);
    return open.length === 0 ? true : undefined;
  };
  await lookAgain(look, { between });
  for (const { doc, rev } of open) faults.set(String(doc._id), replaced(database, String(doc._id), rev));
  return faults;
}

export async function assertAsSent(couch: Couch, database: string, written: readonly Written[]): Promise<void> {
  const [fault] = (await faultsAsSent(couch, database, written)).values();
  if (fault) throw fault;
}

function changed(database: string, id: string, rev: string): MigrateError {
  const message = `CouchDB accepted ${id} of ${database}, but stored something other than what was sent`;
  return new MigrateError("not-applied", { message, data: { database, id, rev } });
}

/** The runner then observes again. */
function replaced(database: string, id: string, rev: string): MigrateError {
  const message = `${id} of ${database} was written, but somebody else changed it afterwards`;
  return new MigrateError("conflict", { message, data: { database, id, rev } });
}
