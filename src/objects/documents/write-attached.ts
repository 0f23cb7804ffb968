/** Writes documents whose attachments come from files, each in one request with its attachments. */
import { isDeepStrictEqual } from "node:util";
import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { multipart } from "../../couch/multipart.js";
import { path } from "../../couch/path.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { AttachedFile } from "./attached-file.js";
import { attachedFiles, comparable } from "./attachments.js";
import { bodyOf, type Pending } from "./compare.js";

export interface Sendable {
  readonly body: JsonObject;
  /** The files that follow the document, in the order of its attachments. */
  readonly files: readonly AttachedFile[];
}

/** The document as it is sent. Attachments that are as declared are not sent again. Pure. */
export function sendable(pending: Pending): Sendable {
  const body = bodyOf(pending);
  const declared = pending.document._attachments ?? {};
  if (attachedFiles(pending.document).length === 0) return { body, files: [] };
  const files: AttachedFile[] = [];
  const before = comparable(pending.stored?._attachments);
  const after = comparable(declared);
  const attachments = Object.entries(declared).map(([name, one]) => {
    if (Object.hasOwn(before, name) && isDeepStrictEqual(before[name], after[name])) return [name, { stub: true }];
    if (!(one instanceof AttachedFile)) return [name, one];
    const { content_type, length, md5 } = one;
    if (length === 0) return [name, { content_type, data: "" }];
    files.push(one);
    // CouchDB compares what it receives with the digest.
    return [name, { follows: true, content_type, length, digest: md5 }];
  });
  return { body: { ...body, _attachments: Object.fromEntries(attachments) }, files };
}

/**
 * Throws `conflict`, `below-quorum` and `outcome-unknown` if reading again may help. A lost answer is not repeated
 * blindly: the files may be large, and reading again shows whether the document was written.
 */
export async function writeAttached(couch: Couch, database: string, { body, files }: Sendable): Promise<void> {
  const id = String(body._id);
  const sent = multipart(body, files);
  const { status, body: answer } = await couch.write("PUT", path`/${database}/${id}`, {
    stream: sent.body,
    headers: { "content-type": sent.contentType },
    accept: [412, 413],
    repeatable: false,
  });
  if (status < 300) return;
  const { error = status, reason = "" } = isObject(answer) ? answer : {};
  const message = `${database} refused the document ${id} with its attachments (${error}: ${reason})`;
  const data = { database, id, status, error };
  // An attachment that need not be sent again was removed meanwhile.
  if (status === 412) throw new MigrateError("conflict", { message, data });
  throw new MigrateError("request-failed", { message, data, next: raiseLimits });
}

const raiseLimits =
  "Use smaller files, or raise the limits: `max_attachment_size` and `max_document_size` (without attachments) in section `couchdb`, `max_http_request_size` in section `chttpd` of CouchDB's configuration, and the limit of a proxy in front of it. Then run again.";
