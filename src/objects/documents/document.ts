/** What CouchDB accepts as a document, and what a step may declare. Pure. */
import { isObject, type JsonObject } from "../../text/json.js";
import { type Attachments, attachmentFaults, bareAttachments } from "./attachments.js";
import type { Fault } from "./fault.js";

/** A document as a step declares it: without a revision. */
export interface Document extends JsonObject {
  readonly _id: string;
  /** Absent: the document's existing attachments are kept. */
  readonly _attachments?: Attachments;
}

/** CouchDB's own limit, since 3.0, for the fields that do not begin with `_`. */
const maxBytes = 8_000_000;

/** Shorter text can't be too large, and rarely contains an escape. */
const short = 4_000;

/** `text`: the JSON of a document in a streamed file; if it is short, fewer checks are needed. */
export function documentFaults(value: unknown, text?: string): Fault[] {
  if (!isObject(value)) return [{ keys: [], code: "not-a-document", message: "a document must be a JSON object" }];
  const isPlain = text !== undefined && text.length < short && !text.includes("\\u");
  const faults = [
    ...idFaults(value),
    ...memberFaults(value),
    ...attachmentFaults(value._attachments, text !== undefined),
  ];
  return isPlain ? faults : [...faults, ...textFaults(value), ...sizeFaults(value)];
}

/** Without fields that belong to the server from which it was exported. `value` has no faults. */
export function documentOf({ _rev, _attachments, ...value }: JsonObject): Document {
  const attachments = isObject(_attachments) ? { _attachments: bareAttachments(_attachments) } : {};
  return { ...value, ...attachments } as Document;
}

/** The size of its JSON, including attachments. */
export function bytesOf(document: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(document));
}

/** Why a document step can't have this id. */
export function idProblem(id: string): { readonly code: string; readonly message: string } | undefined {
  const start = /^_(?:design\/|local\/)?/.exec(id)?.[0];
  if (id === "") return { code: "bad-document-id", message: "a document's `_id` must not be empty" };
  if (start === "_design/") {
    const message = "this is a design document: declare it in an ensureDesignDocs step";
    return { code: "design-doc", message };
  }
  if (start === "_local/") {
    const message = "`_local` documents belong to one server (checkpoints, for example) and are not for steps";
    return { code: "bad-document-id", message };
  }
  if (start === undefined) return undefined;
  return { code: "bad-document-id", message: "CouchDB does not allow an `_id` that begins with `_`" };
}

function idFaults({ _id }: JsonObject): Fault[] {
  if (_id === undefined) {
    const message = "the document has no `_id`: add one, so that the next run finds the document again";
    return [{ keys: [], code: "missing-document-id", message }];
  }
  if (typeof _id !== "string") {
    return [{ keys: ["_id"], code: "bad-document-id", message: "a document's `_id` must be text: put it in quotes" }];
  }
  const problem = idProblem(_id);
  return problem ? [{ keys: ["_id"], ...problem }] : [];
}

/** `_rev` is dropped silently: every export has it, and it has no meaning on another server. */
const known: ReadonlySet<string> = new Set(["_id", "_rev", "_attachments"]);

function memberFaults(value: JsonObject): Fault[] {
  const special = Object.keys(value).filter((key) => key.startsWith("_") && !known.has(key));
  return special.map((key): Fault => {
    const message =
      key === "_deleted"
        ? "remove `_deleted`; to delete documents, use a `removeDocuments` step"
        : `remove \`${key}\`: fields that begin with \`_\` are reserved for CouchDB`;
    return { keys: [key], code: "special-member", message };
  });
}

function textFaults(value: JsonObject): Fault[] {
  if (!holdsHalfCharacter(value)) return [];
  return [{ keys: [], code: "bad-text", message: "it contains half a character; correct its \\u escapes" }];
}

/** A lower bound for CouchDB's count: without the id and the attachments. */
export function contentBytes(value: JsonObject): number {
  return leastBytes(Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("_"))));
}

function sizeFaults(value: JsonObject): Fault[] {
  const bytes = contentBytes(value);
  if (bytes <= maxBytes) return [];
  const message = `the document has ${(bytes / 1e6).toFixed(2)} MB; CouchDB allows ${maxBytes / 1e6} MB`;
  return [{ keys: [], code: "document-too-large", message }];
}

/**
 * A lower bound for CouchDB's count: an escaped character counts as the character itself, a fraction as little as
 * three bytes. So nothing is refused here that CouchDB accepts; CouchDB reports what it refuses.
 */
export function leastBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 2;
  if (typeof value === "number" && !Number.isInteger(value)) return 3;
  if (typeof value !== "object" || value === null) return Math.min(String(value).length, 21);
  const parts = Array.isArray(value)
    ? value.map(leastBytes)
    : Object.entries(value).map(([key, member]) => Buffer.byteLength(key) + 3 + leastBytes(member));
  return parts.reduce((sum, bytes) => sum + bytes + 1, parts.length > 0 ? 1 : 2);
}

/** CouchDB refuses the whole request because of one lone surrogate. */
function holdsHalfCharacter(value: unknown): boolean {
  if (typeof value === "string") return /\p{Cs}/u.test(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => /\p{Cs}/u.test(key) || holdsHalfCharacter(member));
}
