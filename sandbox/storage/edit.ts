/** A document from a client, checked and parsed: the input of a write. */

import { isObject, type JsonObject } from "../json.js";
import { badRequest, CouchError } from "../reply.js";
import { parseRevision, type Revision } from "./revisions.js";

export interface Edit {
  readonly id: string;
  /** The revision that the edit is based on. In a replicated write: the revision of the edit itself. */
  readonly revision?: Revision;
  /** Hashes of the revision and its ancestors, newest first. */
  readonly history: readonly string[];
  readonly deleted: boolean;
  /** The document without the special fields. */
  readonly body: JsonObject;
  readonly attachments?: JsonObject;
}

/** Special fields that are read-only and ignored, so that a client can send back what it received. */
const ignored = new Set(["_revs_info", "_local_seq", "_conflicts", "_deleted_conflicts"]);
/** Special fields that are stored. */
const stored = new Set([
  "_access",
  "_replication_id",
  "_replication_state",
  "_replication_state_time",
  "_replication_state_reason",
  "_replication_stats",
]);

export interface EditContext {
  /** The id from the URL; it overrides the document's own `_id`. */
  readonly id?: string;
  readonly partitioned: boolean;
}

/** @throws CouchError 400 or 413; the whole request is refused */
export function parseEdit(document: unknown, { id: idOfUrl, partitioned }: EditContext): Edit {
  if (!isObject(document)) throw badRequest("Document must be a JSON object");
  const body: JsonObject = {};
  for (const [field, value] of Object.entries(document)) {
    if (!field.startsWith("_") || stored.has(field)) body[field] = value;
    else if (!isSpecial(field)) throw invalidDocument(`Bad special document member: ${field}`);
  }
  if (document._id !== undefined) checkId(document._id);
  const id = idOfUrl ?? (document._id as string | undefined) ?? "";
  if (id !== "") checkId(id, partitioned);
  else if (partitioned) throw illegalId("Doc id must be of form partition:id");
  checkSize(document);
  return {
    id,
    ...parseHistory(document),
    deleted: document._deleted === true,
    body,
    ...(isObject(document._attachments) ? { attachments: document._attachments } : {}),
  };
}

function isSpecial(field: string): boolean {
  return ["_id", "_rev", "_revisions", "_attachments", "_deleted"].includes(field) || ignored.has(field);
}

function parseHistory({ _rev, _revisions }: JsonObject): Pick<Edit, "revision" | "history"> {
  if (isObject(_revisions)) {
    const { start, ids } = _revisions;
    if (!Number.isInteger(start)) throw invalidDocument("_revisions.start isn't an integer.");
    if (!Array.isArray(ids)) throw invalidDocument("_revisions.ids isn't a array.");
    if (!ids.every((hash) => typeof hash === "string")) throw invalidDocument("RevId isn't a string");
    const [hash] = ids;
    if (hash !== undefined) return { revision: { generation: start as number, hash }, history: ids };
  }
  if (_rev === undefined) return { history: [] };
  const revision = parseRevision(_rev);
  return { revision, history: [revision.hash] };
}

/** @throws CouchError 400 */
function checkId(id: unknown, partitioned = false): void {
  if (typeof id !== "string") throw illegalId("Document id must be a string");
  if (id === "") throw illegalId("Document id must not be empty");
  if (id === "_design/" || id === "_local/") throw illegalId(`Illegal document id \`${id}\``);
  if (id.startsWith("_design/") || id.startsWith("_local/")) return;
  if (id.startsWith("_")) throw illegalId("Only reserved document ids may start with underscore.");
  if (partitioned && !/^[^:]+:./s.test(id)) throw illegalId("Doc id must be of form partition:id");
}

const maxDocumentBytes = 8_000_000;

/** The error names the document's own id, even if the URL has another one. */
function checkSize({ _attachments, ...document }: JsonObject): void {
  if (Buffer.byteLength(JSON.stringify(document)) <= maxDocumentBytes) return;
  throw new CouchError(413, "document_too_large", String(document._id ?? ""));
}

const illegalId = (reason: string) => new CouchError(400, "illegal_docid", reason);
const invalidDocument = (reason: string) => new CouchError(400, "doc_validation", reason);
