/** Errors about documents that a transformation can't, or may not, change. */
import { MigrateError } from "../contract/errors.js";
import { counted, shortened } from "../objects/documents/refusals.js";

export interface Fault {
  readonly id: string;
  readonly message: string;
}

const named = 10;

export function unfitError(database: string, faults: readonly Fault[], changed: number): MigrateError {
  return new MigrateError("step-failed", {
    message: `${counted(faults.length)} in ${database} can't be changed: ${list(faults)}; ${changed} were changed`,
    data: { database, documents: faults.slice(0, 100), changed },
    next: "Correct the documents, or the step, then run again; changed documents are not changed again.",
  });
}

export function refusedError(database: string, faults: readonly Fault[], changed: number): MigrateError {
  return new MigrateError("request-failed", {
    message: `${database} refused ${counted(faults.length)}: ${list(faults)}; ${changed} were changed`,
    data: { database, refused: faults.slice(0, 100), changed },
    next: "Correct these documents, the step, or what refuses them, then run again; changed documents are not changed again.",
  });
}

export function deletionError(database: string, ids: readonly string[]): MigrateError {
  return new MigrateError("refused", {
    message: `this step would delete ${counted(ids.length)} in ${database}, and perhaps more: ${first(ids)}; to allow it, use --allow-destroy, or \`allowDestroy: true\` in the step`,
    data: { database, ids: ids.slice(0, 100) },
  });
}

/** It can no longer be determined whether our edit took place. */
export function unknownError(database: string, ids: readonly string[], marker: string): MigrateError {
  return new MigrateError("outcome-unknown", {
    message: `it is unknown whether the last run changed ${counted(ids.length)} in ${database}, because CouchDB has discarded the revisions that would show it: ${first(ids)}`,
    data: { database, ids: ids.slice(0, 100), marker },
    next: `Check each of them, change by hand what was not changed, remove its entry from \`pending.edits\` in ${marker} in ${database}, then run again.`,
  });
}

export function restlessError(database: string, ids: readonly string[]): MigrateError {
  return new MigrateError("conflict", {
    message: `${counted(ids.length)} in ${database} kept being changed by others before they could be written: ${first(ids)}`,
    data: { database, ids: ids.slice(0, 100) },
  });
}

/** CouchDB answered with success, but did nothing. */
export function ignoredError(database: string, ids: readonly string[]): MigrateError {
  return new MigrateError("not-applied", {
    message: `CouchDB accepted changes to ${counted(ids.length)} in ${database}, but did not make them: ${first(ids)}`,
    data: { database, ids: ids.slice(0, 100) },
  });
}

function first(ids: readonly string[]): string {
  return `${ids.slice(0, named).map(shortened).join(", ")}${ids.length > named ? ", …" : ""}`;
}

function list(faults: readonly Fault[]): string {
  const shown = faults.slice(0, named).map(({ id, message }) => `${shortened(id)} (${message})`);
  return `${shown.join("; ")}${faults.length > named ? `; and ${faults.length - named} more` : ""}`;
}
