/** The edit that a step makes to one document: what is sent, and what shows later whether it took place. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import canonicalize from "canonicalize";
import { predictedRevision } from "../couch/predicted-revision.js";
import { maxNesting } from "../text/depth.js";
import { isObject, type JsonObject, membersOf } from "../text/json.js";
import { tooDeep, Unfit } from "./unfit.js";

/** A document as it was read. */
export interface Read {
  readonly id: string;
  readonly rev: string;
  /** With `_id`, `_rev` and attachment stubs. */
  readonly document: JsonObject;
  /** It has losing revisions that are not deleted. */
  readonly conflicted: boolean;
  /** The response with the document contains a number that JavaScript can't represent. */
  readonly suspect: boolean;
}

export interface Edit {
  readonly id: string;
  /** The revision on which the edit is based; it can't take place on any other. */
  readonly base: string;
  /** As it is sent. */
  readonly body: JsonObject;
  /** The revision that it will have, if our prediction is correct. */
  readonly ours: string;
  /** A digest of the content, independent of its revision. Only computed if it is needed. */
  readonly digest: () => string;
  readonly deletes: boolean;
  /** The document has losing revisions, which are left as they are. */
  readonly conflicted: boolean;
}

/** Gets a copy of the document, which it may change in place; returning `null` deletes the document. */
export type Transform = (document: JsonObject) => unknown;

/** `undefined`: nothing changes. Throws `Unfit`. */
export async function editOf({ id, rev, document, conflicted }: Read, transform: Transform): Promise<Edit | undefined> {
  const edit = (body: JsonObject): Edit => {
    const deletes = body._deleted === true;
    return {
      id,
      base: rev,
      body,
      ours: predictedRevision(body, rev),
      digest: () => digestOf(body),
      deletes,
      conflicted,
    };
  };
  // Faster than `structuredClone`, and without -0, which the comparison would distinguish from 0.
  const text = JSON.stringify(document);
  const result = await transform(JSON.parse(text));
  if (result === null) {
    return edit({ _id: id, _rev: rev, _deleted: true });
  }
  const content = contentOf(id, rev, result);
  const { _id, _rev, _attachments, ...before }: JsonObject = JSON.parse(text);
  if (isDeepStrictEqual(content, before)) return undefined;
  // A transformation does not change attachments; if they were omitted, they would be deleted.
  const attachments = _attachments === undefined ? {} : { _attachments };
  return edit({ _id: id, _rev: rev, ...content, ...attachments });
}

/** What CouchDB will store for the result of a function: JSON, without CouchDB's own fields. */
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
  assertJson(value);
  const text = JSON.stringify(value);
  if (/\\ud[89a-f][0-9a-f]{2}/.test(text) && /\\ud[89a-f][0-9a-f]{2}/.test(text.replaceAll("\\\\", ""))) {
    throw new Unfit("the function produced text that contains half a character");
  }
  return JSON.parse(text);
}

/** Throws `Unfit`. */
function assertJson(value: unknown, depth = 1): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw new Unfit(`the function set a number to ${value}`);
  if (typeof value === "bigint") throw new Unfit("the function set a BigInt, which JSON does not have");
  if (typeof value !== "object" || value === null) return;
  if (depth > maxNesting) throw tooDeep();
  for (const member of Object.values(value)) assertJson(member, depth + 1);
}

/** A digest of the content, independent of the order of its keys; attachments by CouchDB's own digests. */
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
