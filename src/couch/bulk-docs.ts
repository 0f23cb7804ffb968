/** Sends documents with `_bulk_docs`, and reports the result for each one. */
import type { JsonObject } from "../text/json.js";
import { isObject } from "../text/json.js";
import type { Couch } from "./couch.js";
import { path } from "./path.js";
import { type BulkRow, rowsOf } from "./written.js";

/** A document to send. */
export interface BulkDoc {
  readonly id: string;
  /** The document as JSON. */
  readonly text: string;
}

/** CouchDB, or a proxy, refuses the whole request. One of its documents may be the reason. */
export interface BulkRefusal {
  readonly error: string;
  readonly reason: string;
}

export function bulkDoc(doc: JsonObject): BulkDoc {
  return { id: String(doc._id), text: JSON.stringify(doc) };
}

/** Returns one row per document, in the same order: CouchDB answers 201 even if it stored none of them. Repeatable. */
export async function bulkDocs(couch: Couch, database: string, docs: readonly BulkDoc[]): Promise<BulkRow[]> {
  const { body } = await couch.write<readonly BulkRow[]>("POST", path`/${database}/_bulk_docs`, {
    json: bodyOf(docs),
    repeatable: true,
  });
  return rowsOf(idsOf(docs), body);
}

/**
 * Like `bulkDocs`, but returns a refusal of the whole request instead of throwing, and accepts rows that only a
 * minority of the copies has.
 */
export async function tryBulkDocs(
  couch: Couch,
  database: string,
  docs: readonly BulkDoc[],
  repeatable: boolean,
): Promise<{ readonly rows: readonly BulkRow[] } | { readonly refusal: BulkRefusal }> {
  const { status, body } = await couch.write("POST", path`/${database}/_bulk_docs`, {
    json: bodyOf(docs),
    accept: [202, 400, 412, 413],
    repeatable,
  });
  if (status < 300) return { rows: rowsOf(idsOf(docs), body as readonly BulkRow[]) };
  const { error, reason } = isObject(body) ? body : {};
  if (status === 413) {
    return { refusal: { error: String(error ?? "too_large"), reason: "it is too large for this server" } };
  }
  return { refusal: { error: String(error ?? status), reason: String(reason ?? "") } };
}

function bodyOf(docs: readonly BulkDoc[]): string {
  return `{"docs":[${docs.map(({ text }) => text).join(",")}]}`;
}

function idsOf(docs: readonly BulkDoc[]): string[] {
  return docs.map(({ id }) => id);
}
