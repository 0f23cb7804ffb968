/**
 * Checks what the response to a write proves. CouchDB names the written document and its revision: a response that
 * names another one, or none, is not a success, regardless of its status. Pure.
 */
import { MigrateError } from "../contract/errors.js";

/** Names that are not documents, although they are in the place of a document id. */
const databaseEndpoint = /^_(?!design$|local$)/;

/** The id of the document in a path; `undefined`: the path names no document. */
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

/** Throws if the response to a write of one document is a success but does not name that document. */
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
  /** Only a minority of the copies has it. */
  readonly accepted?: boolean;
}

/** What `_bulk_docs` reports for each of these documents. A document that it does not mention counts as not written. */
export function rowsOf(ids: readonly string[], rows: readonly BulkRow[]): BulkRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return row && (row.error !== undefined || typeof row.rev === "string") ? row : unmentioned(id);
  });
}

/** The `error` of a row if the response does not confirm the write. */
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
