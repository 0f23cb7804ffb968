/**
 * Compares the attachments that a database has with those that a document declares, without reading them into memory.
 * Only reads.
 *
 * CouchDB's stubs have the MD5 of what is stored. CouchDB compresses some content types (text, for example), and then
 * that is the digest of the compressed bytes, which depend on its compressor: such an attachment is read and digested if
 * its length and type are as declared, and otherwise has no digest that could be compared.
 */

import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import type { Digest } from "../../couch/transport.js";
import { type JsonObject, membersOf } from "../../text/json.js";
import { comparable, contentOf } from "./attachments.js";
import type { Document } from "./document.js";

/**
 * @returns `stored`, in which attachments that are as declared are equal to the declared ones, and the digest of others
 * is that of their content
 */
export async function recognised(
  couch: Couch,
  database: string,
  document: Document,
  stored: JsonObject,
): Promise<JsonObject> {
  const attachments: Record<string, unknown> = { ...membersOf(stored._attachments) };
  for (const [name, declared] of Object.entries(document._attachments ?? {})) {
    const stub = attachments[name] as Stub | undefined;
    if (!stub) continue;
    const content = contentOf(declared);
    const mayBeSame = stub.content_type === declared.content_type && stub.length === content.length;
    const isPlain = stub.encoding === undefined;
    const readDigest = () => (mayBeSame ? digestIn(couch, database, document._id, name) : undefined);
    const digest = isPlain ? stub.digest : await readDigest();
    const same = mayBeSame && digest === (isPlain ? content.md5 : content.sha256);
    attachments[name] = same ? comparable({ one: declared }).one : { ...stub, digest };
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

/** `undefined`: someone has removed it meanwhile. */
async function digestIn(couch: Couch, database: string, id: string, name: string): Promise<string | undefined> {
  const { status, body } = await couch.read<Digest>(path`/${database}/${id}/${name}`, { digest: true, accept: [404] });
  return status === 404 ? undefined : `sha256-${body.sha256}`;
}
