/** What a step makes of one document: the edit to be sent, and what will tell later whether it took place. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import canonicalize from "canonicalize";
import { predictedRevision } from "../couch/predicted-revision.js";
import { isTooDeep } from "../text/depth.js";
import { isObject, type JsonObject, membersOf } from "../text/json.js";
import { tooDeep, Unfit } from "./unfit.js";

/** A document as it was read. */
export interface Read {
  readonly id: string;
  readonly rev: string;
  /** With `_id`, `_rev` and stubs of attachments. */
  readonly document: JsonObject;
  /** It has losing revisions that are not deleted. */
  readonly conflicted: boolean;
  /** The answer that it came in contains a number that JavaScript can't represent. */
  readonly suspect: boolean;
}

export interface Edit {
  readonly id: string;
  /** The revision that it was made from; it takes place on no other. */
  readonly base: string;
  /** As it is sent. */
  readonly body: JsonObject;
  /** The revision that it will have, if CouchDB makes it as we think. */
  readonly ours: string;
  /** Of the content, whatever its revision will be. */
  readonly digest: string;
  readonly deletes: boolean;
  /** The document has losing revisions, which stay as they are. */
  readonly conflicted: boolean;
}

/** A copy of the document goes in, and may be changed in place; `null` deletes it. */
export type Transform = (document: JsonObject) => unknown;

/** `undefined`: nothing changes. Throws `Unfit`. */
export async function editOf({ id, rev, document, conflicted }: Read, transform: Transform): Promise<Edit | undefined> {
  const edit = (body: JsonObject): Edit => {
    const deletes = body._deleted === true;
    return { id, base: rev, body, ours: predictedRevision(body, rev), digest: digestOf(body), deletes, conflicted };
  };
  const result = await transform(structuredClone(document));
  if (result === null) {
    return edit({ _id: id, _rev: rev, _deleted: true });
  }
  const content = contentOf(id, rev, result);
  if (isDeepStrictEqual(content, contentOf(id, rev, document))) return undefined;
  // A transformation changes no attachment; left out, they would be deleted.
  const attachments = document._attachments === undefined ? {} : { _attachments: document._attachments };
  return edit({ _id: id, _rev: rev, ...content, ...attachments });
}

/** What CouchDB will hold of what a function returned: JSON, without CouchDB's own members. */
function contentOf(id: string, rev: string, value: unknown): JsonObject {
  if (value === undefined)
    throw new Unfit("the function returned nothing; it must return the document, or null to delete it");
  if (!isObject(value))
    throw new Unfit(`the function returned ${Array.isArray(value) ? "a list" : typeof value}, not a document`);
  const json = asJson(value);
  const { _id = id, _rev = rev, _attachments, ...content } = json;
  if (_id !== id) throw new Unfit("the function changed _id, but a document must keep its id");
  if (_rev !== rev) throw new Unfit("the function changed _rev");
  const own = Object.keys(content).find((key) => key.startsWith("_"));
  if (own === "_deleted") throw new Unfit("the function set _deleted; return null to delete a document");
  if (own !== undefined) throw new Unfit(`the function set ${own}; fields that begin with _ are reserved for CouchDB`);
  return content;
}

function asJson(value: JsonObject): JsonObject {
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member))
      throw new Unfit(`the function set a number to ${member}`);
    if (typeof member === "bigint") throw new Unfit("the function set a BigInt, which JSON does not have");
    return member;
  });
  if (/\\ud[89a-f][0-9a-f]{2}/.test(text) && /\\ud[89a-f][0-9a-f]{2}/.test(text.replaceAll("\\\\", ""))) {
    throw new Unfit("the function produced text that contains half a character");
  }
  const json: JsonObject = JSON.parse(text);
  if (isTooDeep(json)) throw tooDeep();
  return json;
}

/** Of what a document says, whatever the order of its keys; attachments by CouchDB's own digests. */
export function digestOf(document: JsonObject): string {
  const content = Object.fromEntries(Object.entries(document).filter(([key]) => !key.startsWith("_")));
  const attachments = Object.entries(membersOf(document._attachments)).map(([name, one]) => [
    name,
    membersOf(one).digest,
  ]);
  const whole = [document._deleted === true, content, attachments.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))];
  return createHash("sha256")
    .update(canonicalize(whole) ?? "")
    .digest("base64url")
    .slice(0, 22);
}
