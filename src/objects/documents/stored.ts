/** What a database has for some documents. Only reads. */

import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { isOfLargeAnswer } from "../../couch/request-error.js";
import type { JsonObject } from "../../text/json.js";
import { attachedFiles } from "./attachments.js";
import type { Document } from "./document.js";
import { hasLargeIntegers, parseExact } from "./exact-numbers.js";
import { recognised } from "./recognised.js";

export interface Stored {
  readonly id: string;
  readonly rev: string;
  readonly deleted: boolean;
  /** Set if it was requested and the document is not deleted. */
  readonly doc?: JsonObject;
}

export interface Wanted {
  readonly docs?: boolean;
  /** Include the data of attachments instead of stubs; `encoding`: their stubs say whether they are compressed. */
  readonly attachments?: boolean | "encoding";
  /** Integers that a number can't hold are text, as in `parseExact`. */
  readonly exact?: boolean;
  /** `false`: the run does not cache the answer. */
  readonly keep?: boolean;
}

interface Row {
  readonly id?: string;
  readonly value?: { readonly rev: string; readonly deleted?: boolean };
  readonly doc?: JsonObject | null;
  readonly key: string;
  readonly error?: string;
  readonly reason?: string;
}

interface Rows {
  readonly rows: readonly Row[];
}

export type StoredById = ReadonlyMap<string, Stored>;

/** Includes deleted ones. `undefined`: the database does not exist. The ids have to fit into one request. */
export async function readStored(
  couch: Couch,
  database: string,
  ids: readonly string[],
  wanted: Wanted = {},
): Promise<StoredById | undefined> {
  if (ids.length === 0) return new Map();
  try {
    return await ask(couch, database, ids, wanted);
  } catch (error) {
    // The stored documents may be much larger than those of the step.
    if (!isOfLargeAnswer(error) || ids.length === 1) throw error;
    const half = Math.ceil(ids.length / 2);
    const first = await readStored(couch, database, ids.slice(0, half), wanted);
    const second = await readStored(couch, database, ids.slice(half), wanted);
    return first && second && new Map([...first, ...second]);
  }
}

/**
 * What these documents are compared with: includes the data of attachments only if a document has some, and none of
 * them comes from a file.
 */
export async function readCompared(
  couch: Couch,
  database: string,
  documents: readonly Document[],
  wanted: Pick<Wanted, "keep"> = {},
): Promise<StoredById | undefined> {
  const idsOf = (attachments: Wanted["attachments"]) =>
    documents.filter((document) => attachmentsOf(document) === attachments).map(({ _id }) => _id);
  const found = new Map<string, Stored>();
  for (const attachments of [false, true, "encoding"] as const) {
    const read = await readStored(couch, database, idsOf(attachments), {
      ...wanted,
      docs: true,
      exact: true,
      ...(attachments ? { attachments } : {}),
    });
    if (!read) return undefined;
    for (const [id, stored] of read) found.set(id, stored);
  }
  for (const document of documents) {
    const stored = attachmentsOf(document) === "encoding" ? found.get(document._id) : undefined;
    if (!stored?.doc) continue;
    found.set(document._id, { ...stored, doc: await recognised(couch, database, document, stored.doc) });
  }
  return found;
}

function attachmentsOf(document: Document): Wanted["attachments"] {
  if (document._attachments === undefined) return false;
  return attachedFiles(document).length > 0 ? "encoding" : true;
}

async function ask(
  couch: Couch,
  database: string,
  keys: readonly string[],
  { docs, attachments, exact, keep }: Wanted,
): Promise<StoredById | undefined> {
  const answer = await couch.read<Rows>(path`/${database}/_all_docs`, {
    query: { include_docs: docs, ...(attachments === "encoding" ? { att_encoding_info: true } : { attachments }) },
    body: { keys },
    accept: [404],
    ...(exact ? { text: true } : {}),
    ...(keep === undefined ? {} : { keep }),
  });
  if (answer.status === 404) return undefined;
  const { body, text } = answer;
  const { rows } = text !== undefined && hasLargeIntegers(text) ? (parseExact(text) as Rows) : body;
  const found = new Map<string, Stored>();
  for (const { id, key, value, doc, error, reason } of rows) {
    if (error !== undefined && error !== "not_found") {
      const message = `database ${database} does not say whether it has ${key}: ${error}${reason ? ` (${reason})` : ""}`;
      throw new MigrateError("request-failed", { message, data: { database, id: key, error } });
    }
    if (id === undefined || value === undefined) continue;
    found.set(id, { id, rev: value.rev, deleted: value.deleted === true, ...(doc ? { doc } : {}) });
  }
  return found;
}
