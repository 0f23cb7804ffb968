/** Sends edits with `_bulk_docs`, each one only on its base, and reports the result of each. */

import { type ErrorCode, MigrateError } from "../contract/errors.js";
import { type BulkDoc, bulkDoc, tryBulkDocs } from "../couch/bulk-docs.js";
import type { Couch } from "../couch/couch.js";
import { type BulkRow, notWritten } from "../couch/written.js";
import { batchesOf } from "../objects/documents/batches.js";
import { conflicts, doubtful } from "../objects/documents/refusals.js";
import { bytesOfBody } from "../objects/documents/write.js";
import type { Edit } from "./edit.js";

export type Outcome =
  | { readonly is: "written"; readonly rev: string }
  /** Its base is no longer the current revision. */
  | { readonly is: "conflict" }
  | { readonly is: "refused"; readonly error: string; readonly reason: string }
  /** No answer: the history will show what happened. */
  | { readonly is: "doubtful" }
  /** The answer is a success, but does not confirm the write: the history will show what happened. */
  | { readonly is: "unmentioned" }
  /** Only a minority of the copies has it. */
  | { readonly is: "faint"; readonly rev: string };

export async function sendEdits(couch: Couch, database: string, edits: readonly Edit[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const docs = edits.map(({ body }) => bulkDoc(body));
  for await (const batch of batchesOf(docs, bytesOfBody, Infinity)) await sendBatch(couch, database, batch, outcomes);
  return outcomes;
}

/** One document can make CouchDB refuse the whole request; then the batch is split in halves, down to that document. */
async function sendBatch(
  couch: Couch,
  database: string,
  docs: readonly BulkDoc[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const note = (outcome: Outcome) => {
    for (const { id } of docs) outcomes.set(id, outcome);
  };
  try {
    const answer = await tryBulkDocs(couch, database, docs, false);
    if ("rows" in answer) {
      for (const row of answer.rows) outcomes.set(row.id, outcomeOf(row));
    } else if (docs.length === 1) {
      note({ is: "refused", ...answer.refusal });
    } else {
      const half = Math.ceil(docs.length / 2);
      await sendBatch(couch, database, docs.slice(0, half), outcomes);
      await sendBatch(couch, database, docs.slice(half), outcomes);
    }
  } catch (error) {
    if (!(error instanceof MigrateError) || !mayHaveArrived.has(error.code)) throw error;
    // CouchDB refuses the request as a whole.
    if (error.code === "request-failed" && Number(error.data.status) < 500) throw error;
    note({ is: "doubtful" });
  }
}

const mayHaveArrived: ReadonlySet<ErrorCode> = new Set([
  "outcome-unknown",
  "unreachable",
  "request-failed",
  "node-down",
  "below-quorum",
]);

function outcomeOf({ rev, error, reason = "", accepted }: BulkRow): Outcome {
  if (error === undefined) {
    if (rev === undefined) return { is: "unmentioned" };
    return accepted ? { is: "faint", rev } : { is: "written", rev };
  }
  if (error === notWritten) return { is: "unmentioned" };
  if (conflicts.has(error)) return { is: "conflict" };
  return doubtful.has(error) ? { is: "doubtful" } : { is: "refused", error, reason };
}
