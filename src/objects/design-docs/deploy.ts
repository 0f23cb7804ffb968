/** Writes design documents in place. */

import { MigrateError } from "../../contract/errors.js";
import { bulkDoc, bulkDocs } from "../../couch/bulk-docs.js";
import type { Couch } from "../../couch/couch.js";
import type { BulkRow } from "../../couch/written.js";
import { batchesOf } from "../documents/batches.js";
import { bytesOf } from "../documents/document.js";
import { codeOf } from "../documents/refusals.js";
import { assertAsSent } from "./as-sent.js";
import { type DesignDoc, idOf } from "./design-doc.js";
import { putDesignDoc } from "./put.js";

export interface DesignDocWrite {
  readonly name: string;
  readonly doc: DesignDoc;
  /** The document that this one replaces, as it was read; undefined: it did not exist. */
  readonly stored: DesignDoc | undefined;
  /** Its views are rebuilt. */
  readonly rebuilds: boolean;
}

/**
 * Overwrites each document at the revision that was read, immediately: while an index is built, queries wait for it,
 * and with `update=false` they find nothing.
 */
export async function deployInPlace(
  couch: Couch,
  database: string,
  writes: readonly DesignDocWrite[],
  signal: AbortSignal,
): Promise<void> {
  const [only, ...others] = writes;
  if (only && others.length === 0) {
    await putDesignDoc(couch, database, bodyOf(only));
    return;
  }
  for await (const docs of batchesOf(writes.map(bodyOf), bytesOf, Infinity)) {
    signal.throwIfAborted();
    const rows = await bulkDocs(couch, database, docs.map(bulkDoc));
    assertAllTaken(database, rows);
    await assertAsSent(
      couch,
      database,
      docs.map((doc, i) => ({ doc, rev: String(rows[i]?.rev) })),
    );
  }
}

/** Files have no attachments, so the stubs keep those on the server. */
export function bodyOf({ name, doc, stored }: DesignDocWrite): DesignDoc {
  const { _rev, _attachments } = stored ?? {};
  return {
    _id: idOf(name),
    ...(_rev === undefined ? {} : { _rev }),
    ...(_attachments === undefined ? {} : { _attachments }),
    ...doc,
  };
}

function assertAllTaken(database: string, rows: readonly BulkRow[]): void {
  const refused = rows.filter(({ error }) => error !== undefined);
  if (refused.length === 0) return;
  const reasons = refused.map(({ id, error, reason }) => `${id}: ${reason ?? error}`);
  throw new MigrateError(codeOf(refused.map(({ id, error = "", reason = "" }) => ({ id, error, reason }))), {
    message: `${refused.length} of ${rows.length} design documents were not written to ${database}: ${reasons.join("; ")}`,
    data: { database, refused: refused.map(({ id, error, reason }) => ({ id, error, reason })) },
  });
}
