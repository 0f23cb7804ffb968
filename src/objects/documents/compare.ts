/** Whether a document has to be written, and what that changes. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Change } from "../../steps/difference.js";
import { valueChanges } from "../../steps/value-changes.js";
import type { JsonObject } from "../../text/json.js";
import { comparable, shownAttachments, stubsOf } from "./attachments.js";
import type { Document } from "./document.js";
import type { Stored } from "./stored.js";

export type Mode = "ifMissing" | "overwrite";

/** A document to write. */
export interface Pending {
  readonly document: Document;
  /** The revision to overwrite; absent: there is no document. */
  readonly rev?: string;
  /** As it was read. Absent: it does not exist, or was deleted. */
  readonly stored?: JsonObject;
}

/** `undefined`: nothing to do. A document that users have deleted stays deleted, except with `overwrite`. */
export function pendingOf(document: Document, stored: Stored | undefined, mode: Mode): Pending | undefined {
  if (!stored) return { document };
  if (mode === "ifMissing") return undefined;
  const { rev, doc } = stored;
  // CouchDB refuses a write on the revision of a deletion, and accepts one without a revision.
  if (!doc) return { document };
  return sameContent(document, doc) ? undefined : { document, rev, stored: doc };
}

/**
 * A document that exists, or was deleted, and differs from the step but is left as it is. `undefined`: it is the
 * same.
 */
export function keptOf(document: Document, stored: Stored | undefined): Pending | undefined {
  return stored && pendingOf(document, stored, "overwrite");
}

/** The document as it is sent. */
export function bodyOf({ document, rev, stored }: Pending): JsonObject {
  const keeps = document._attachments === undefined && stored?._attachments !== undefined;
  return {
    ...document,
    ...(rev === undefined ? {} : { _rev: rev }),
    ...(keeps ? { _attachments: stubsOf(stored._attachments) } : {}),
  };
}

/** The same for JSON text without a revision, which is inserted at the start. */
export function textOfPending(text: string, { rev, stored }: Pick<Pending, "rev" | "stored">): string {
  if (rev === undefined) return text;
  const asksForSome = text.includes('"_attachments"') && JSON.parse(text)._attachments !== undefined;
  const keeps = stored?._attachments !== undefined && !asksForSome;
  const stubs = keeps ? `"_attachments":${JSON.stringify(stubsOf(stored._attachments))},` : "";
  return `{"_rev":${JSON.stringify(rev)},${stubs}${text.slice(1)}`;
}

export function changesOf({ document, stored }: Pending): Change[] {
  const above = ["docs", document._id];
  if (stored) return valueChanges(shown(document, stored, document), shown(document, document, stored), above);
  const [change] = valueChanges(undefined, shown(document, document, {}), above);
  return change ? [change] : [];
}

function sameContent(document: Document, stored: JsonObject): boolean {
  return isDeepStrictEqual(content(document, stored), content(document, document));
}

/**
 * Without what CouchDB adds. Numbers as CouchDB returns them: it reads `1e3` as `1000.0` and `-0.0` as `0.0`, and a
 * round trip through JSON makes both sides equal.
 */
function content({ _attachments: asked }: Document, { _id, _rev, _attachments, ...members }: JsonObject): JsonObject {
  const own = JSON.parse(JSON.stringify(members));
  if (!asked) return own;
  return { ...own, _attachments: comparable(_attachments) };
}

/** One side of a comparison with the other one. */
function shown(document: Document, of: JsonObject, other: JsonObject): JsonObject {
  const { _attachments, ...members } = content(document, of);
  if (_attachments === undefined) return members;
  return { ...members, _attachments: shownAttachments(of._attachments, other._attachments) };
}
