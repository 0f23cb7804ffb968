/**
 * Compares the attachments that a database has with those that a document declares, without reading them into memory.
 * Only reads.
 *
 * CouchDB's stubs have the MD5 of what is stored. CouchDB compresses some content types (text, for example), and then
 * that is the digest of the compressed bytes, which depend on its compressor: such an attachment is read and digested if
 * its length and type are as declared.
 */

import { createHash } from "node:crypto";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import type { Digest } from "../../couch/transport.js";
import { type JsonObject, membersOf } from "../../text/json.js";
import { AttachedFile } from "./attached-file.js";
import { type Attachment, comparable } from "./attachments.js";
import type { Document } from "./document.js";

/** @returns `stored`, in which attachments that are as declared are equal to the declared ones */
export async function recognised(
  couch: Couch,
  database: string,
  document: Document,
  stored: JsonObject,
): Promise<JsonObject> {
  const attachments: Record<string, unknown> = { ...membersOf(stored._attachments) };
  for (const [name, declared] of Object.entries(document._attachments ?? {})) {
    const stub = attachments[name] as Stub | undefined;
    if (!stub || stub.content_type !== declared.content_type) continue;
    const content = contentOf(declared);
    if (stub.length !== content.length) continue;
    const same =
      stub.encoding === undefined
        ? stub.digest === content.md5
        : (await digestIn(couch, database, document._id, name)) === content.sha256;
    if (same) attachments[name] = comparable({ one: declared }).one;
  }
  return { ...stored, _attachments: attachments };
}

interface Stub {
  readonly content_type: string;
  readonly length: number;
  readonly digest: string;
  /** Set if it is stored compressed. */
  readonly encoding?: string;
}

interface Content {
  readonly length: number;
  readonly md5: string;
  readonly sha256: string;
}

function contentOf(attachment: Attachment): Content {
  if (attachment instanceof AttachedFile) {
    const { length, md5, digest } = attachment;
    return { length, md5, sha256: digest };
  }
  const bytes = Buffer.from(attachment.data, "base64");
  const hashed = (algorithm: string, encoding: "base64" | "hex") =>
    `${algorithm}-${createHash(algorithm).update(bytes).digest(encoding)}`;
  return { length: bytes.length, md5: hashed("md5", "base64"), sha256: hashed("sha256", "hex") };
}

/** `undefined`: someone has removed it meanwhile. */
async function digestIn(couch: Couch, database: string, id: string, name: string): Promise<string | undefined> {
  const { status, body } = await couch.read<Digest>(path`/${database}/${id}/${name}`, { digest: true, accept: [404] });
  return status === 404 ? undefined : `sha256-${body.sha256}`;
}
