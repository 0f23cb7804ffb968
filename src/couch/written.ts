/**
 * What an answer to a write proves. CouchDB names the document that it has written, and its revision: an answer that
 * names another one, or none, is not a success, whatever its status. Pure.
 */
import { MigrateError } from "../contract/errors.js";

/** Not documents, though they stand where a document's id does. */
const databaseEndpoint = /^_(?!design$|local$)/;

/** The id of the document that a path names; `undefined`: it names no document. */
export function documentIn(path: string): string | undefined {
  const [, database = "", ...segments] = path.split("/");
  const [first = "", second, ...rest] = segments;
  if (database === "" || database.startsWith("_node") || database === "_config" || first === "") return undefined;
  if (databaseEndpoint.test(first)) return undefined;
  if (first === "_design" || first === "_local") {
    return second === undefined || rest.length > 0 ? undefined : `${first}/${decodeURIComponent(second)}`;
  }
  return second === undefined ? decodeURIComponent(first) : undefined;
}

/** Throws where a write of one document was answered with success, and the answer does not name that document. */
export function assertWritten(method: string, path: string, status: number, body: unknown): void {
  if (status >= 300 || method === "POST") return;
  const id = documentIn(path);
  if (id === undefined) return;
  const { id: named, rev } = (body ?? {}) as { readonly id?: unknown; readonly rev?: unknown };
  if (named === id && typeof rev === "string") return;
  throw notApplied(method, path, id, named);
}

/** One row of `_bulk_docs`. */
export interface BulkRow {
  readonly id: string;
  readonly rev?: string;
  readonly error?: string;
  readonly reason?: string;
  /** A minority of the copies has it. */
  readonly accepted?: boolean;
}

/** What `_bulk_docs` says of each of these documents; of one that it does not mention, that it was not written. */
export function rowsOf(ids: readonly string[], rows: readonly BulkRow[]): BulkRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return row && (row.error !== undefined || typeof row.rev === "string") ? row : unmentioned(id);
  });
}

/** `error` of a row: the answer does not say that it was written. */
export const notWritten = "not_written";

function unmentioned(id: string): BulkRow {
  return { id, error: notWritten, reason: "the answer does not say that it was written" };
}

function notApplied(method: string, path: string, id: string, named: unknown): MigrateError {
  const what = method === "DELETE" ? "deleted" : "written";
  const found = typeof named === "string" ? `, but it names ${named}` : "";
  const message = `${method} ${path}: the answer does not say that ${id} was ${what}${found}`;
  return new MigrateError("not-applied", {
    message,
    data: { method, path, id, ...(typeof named === "string" ? { named } : {}) },
  });
}
