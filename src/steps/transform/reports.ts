/** What a transformation says of documents that it can't, or may not, change. */
import { MigrateError } from "../../contract/errors.js";

export interface Fault {
  readonly id: string;
  readonly message: string;
}

const named = 10;

export function unfitError(database: string, faults: readonly Fault[], changed: number): MigrateError {
  return new MigrateError("step-failed", {
    message: `${counted(faults.length)} of ${database} can't be changed: ${list(faults)}; ${changed} are changed`,
    data: { database, documents: faults.slice(0, 100), changed },
    next: "Correct the documents, or the step, then run again: what is changed is not changed again.",
  });
}

export function refusedError(database: string, faults: readonly Fault[], changed: number): MigrateError {
  return new MigrateError("request-failed", {
    message: `${database} refused ${counted(faults.length)}: ${list(faults)}; ${changed} are changed`,
    data: { database, refused: faults.slice(0, 100), changed },
    next: "Correct these documents, the step, or what refuses them, then run again: what is changed is not changed again.",
  });
}

export function deletionError(database: string, ids: readonly string[]): MigrateError {
  const shown = ids.slice(0, named).map(shortened).join(", ");
  return new MigrateError("refused", {
    message: `it would delete ${counted(ids.length)} of ${database}, and perhaps more: ${shown}${ids.length > named ? ", …" : ""}; allow it with --allow-destroy, or with \`allowDestroy: true\` in the step`,
    data: { database, ids: ids.slice(0, 100) },
  });
}

/** Nothing tells any more whether our edit took place. */
export function unknownError(database: string, ids: readonly string[], marker: string): MigrateError {
  const shown = ids.slice(0, named).map(shortened).join(", ");
  return new MigrateError("outcome-unknown", {
    message: `whether ${counted(ids.length)} of ${database} were changed before the last run ended can't be told, since CouchDB has thrown away the revisions that would show it: ${shown}${ids.length > named ? ", …" : ""}`,
    data: { database, ids: ids.slice(0, 100), marker },
    next: `Look at each of them, change by hand what was not changed, remove its entry from \`pending.edits\` in ${marker} of ${database}, then run again.`,
  });
}

export function restlessError(database: string, ids: readonly string[]): MigrateError {
  const shown = ids.slice(0, named).map(shortened).join(", ");
  return new MigrateError("conflict", {
    message: `${counted(ids.length)} of ${database} were changed by others each time they were to be written: ${shown}${ids.length > named ? ", …" : ""}`,
    data: { database, ids: ids.slice(0, 100) },
  });
}

/** CouchDB answered with success, and did nothing. */
export function ignoredError(database: string, ids: readonly string[]): MigrateError {
  const shown = ids.slice(0, named).map(shortened).join(", ");
  return new MigrateError("not-applied", {
    message: `CouchDB accepted changes of ${counted(ids.length)} of ${database}, and did not make them: ${shown}${ids.length > named ? ", …" : ""}`,
    data: { database, ids: ids.slice(0, 100) },
  });
}

function list(faults: readonly Fault[]): string {
  const shown = faults.slice(0, named).map(({ id, message }) => `${shortened(id)} (${message})`);
  return `${shown.join("; ")}${faults.length > named ? `; and ${faults.length - named} more` : ""}`;
}

function counted(count: number): string {
  return count === 1 ? "1 document" : `${count} documents`;
}

/** An id may be as long as a document. */
function shortened(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id;
}
