/** Sends edits with `_bulk_docs`, each on its base only, and says what became of each. */

import { type ErrorCode, MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { isObject } from "../../text/json.js";
import type { Edit } from "./edit.js";

export type Outcome =
  | { readonly is: "written"; readonly rev: string }
  /** Its base is no longer what the document is. */
  | { readonly is: "conflict" }
  | { readonly is: "refused"; readonly error: string; readonly reason: string }
  /** No answer: the history will tell. */
  | { readonly is: "doubtful" }
  /** The answer is a success, and does not say that it was written: the history will tell. */
  | { readonly is: "unmentioned" }
  /** A minority of the copies has it. */
  | { readonly is: "faint"; readonly rev: string };

const mostBytes = 5_000_000;

interface Row {
  readonly id?: string;
  readonly rev?: string;
  readonly error?: string;
  readonly reason?: string;
  readonly accepted?: boolean;
}

export async function sendEdits(couch: Couch, database: string, edits: readonly Edit[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const chunk of chunks(edits)) await sendChunk(couch, database, chunk, outcomes);
  return outcomes;
}

/** One document can make CouchDB refuse the whole request: then the halves are sent, down to that document. */
async function sendChunk(
  couch: Couch,
  database: string,
  edits: readonly Edit[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const note = (outcome: Outcome) => {
    for (const { id } of edits) outcomes.set(id, outcome);
  };
  try {
    const { status, body } = await couch.write("POST", path`/${database}/_bulk_docs`, {
      body: { docs: edits.map((edit) => edit.body) },
      accept: [202, 400, 412, 413],
      repeatable: false,
    });
    if (status < 300) {
      note({ is: "unmentioned" });
      for (const [i, row] of (body as readonly Row[]).entries())
        outcomes.set(row.id ?? edits[i]?.id ?? "", outcomeOf(row));
    } else if (edits.length === 1) {
      const { error, reason } = isObject(body) ? body : {};
      const tooLarge = status === 413 ? "it is too large for this server" : "";
      note({ is: "refused", error: String(error ?? status), reason: String(reason ?? tooLarge) });
    } else {
      const half = Math.ceil(edits.length / 2);
      await sendChunk(couch, database, edits.slice(0, half), outcomes);
      await sendChunk(couch, database, edits.slice(half), outcomes);
    }
  } catch (error) {
    if (!(error instanceof MigrateError) || !mayHaveArrived.has(error.code)) throw error;
    // A plain no to the request as a whole.
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

/** An attachment whose stub is no longer there: somebody has changed the document. */
const conflicts: ReadonlySet<string> = new Set(["conflict", "missing_stub"]);
const doubts: ReadonlySet<string> = new Set(["timeout", "unknown_error", "internal_server_error", "error"]);

function outcomeOf({ rev, error, reason = "", accepted }: Row): Outcome {
  if (error === undefined) {
    if (rev === undefined) return { is: "unmentioned" };
    return accepted ? { is: "faint", rev } : { is: "written", rev };
  }
  if (conflicts.has(error)) return { is: "conflict" };
  return doubts.has(error) ? { is: "doubtful" } : { is: "refused", error, reason };
}

function* chunks(edits: readonly Edit[]): Generator<Edit[]> {
  let chunk: Edit[] = [];
  let bytes = 0;
  for (const edit of edits) {
    const more = Buffer.byteLength(JSON.stringify(edit.body));
    if (chunk.length > 0 && bytes + more > mostBytes) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(edit);
    bytes += more;
  }
  if (chunk.length > 0) yield chunk;
}
