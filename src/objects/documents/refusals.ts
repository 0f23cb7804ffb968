/** Documents that CouchDB refused: the messages, and what follows from them. Pure. */

import { type ErrorCode, MigrateError } from "../../contract/errors.js";
import { isMissingPermission } from "../../couch/retry.js";
import { notWritten } from "../../couch/written.js";

export interface Refusal {
  readonly id: string;
  readonly error: string;
  readonly reason: string;
}

/** Lists at most this many, and the number of the others. `where`: appended to each id. */
export function named(refused: readonly Refusal[], most: number, where: (id: string) => string = () => ""): string {
  const listed = refused
    .slice(0, most)
    .map(({ id, error, reason }) => `${shortened(id)}${where(id)} (${error}: ${reason})`);
  const more = refused.length > most ? `; and ${refused.length - most} more` : "";
  return `${counted(refused.length)}: ${listed.join("; ")}${more}`;
}

export function belowQuorum(database: string, faint: number, written: number): MigrateError {
  const message = `${faint} of ${written} documents were accepted by only a minority of the nodes of ${database}`;
  return new MigrateError("below-quorum", { message, data: { database, documents: faint } });
}

/** What to do if CouchDB refuses documents because of their content. */
export const correctThem =
  "Correct these documents, or what refuses them, then run again: documents that are already written stay as they are.";

/** The stub of a missing attachment: someone else has changed the document since. */
export const conflicts: ReadonlySet<string> = new Set(["conflict", "missing_stub"]);
/** The document may still have been written. */
export const doubtful: ReadonlySet<string> = new Set(["timeout", "unknown_error", "internal_server_error", "error"]);

export function codeOf(refused: readonly Refusal[]): ErrorCode {
  if (refused.every(({ error }) => conflicts.has(error))) return "conflict";
  if (refused.every(({ error }) => conflicts.has(error) || doubtful.has(error))) return "outcome-unknown";
  if (refused.every(({ reason }) => isMissingPermission(reason))) return "missing-permission";
  return refused.every(({ error }) => error === notWritten) ? "not-applied" : "request-failed";
}

export function counted(count: number): string {
  return count === 1 ? "1 document" : `${count} documents`;
}

/** An id may be as long as a document. */
export function shortened(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id;
}
