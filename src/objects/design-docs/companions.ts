/**
 * Design documents that we keep beside those of the files: the new version of one while its index is built, and the
 * former version that `keepPrevious` leaves. They hold no validation: theirs would be asked on every write.
 */
import { createHash } from "node:crypto";
import { MigrateError } from "../../contract/errors.js";
import { isObject } from "../../text/json.js";
import { type DesignDoc, idOf, indexed } from "./design-doc.js";
import { hidden } from "./planner.js";

export interface Companion {
  readonly role: "staged" | "previous" | "language";
  /** The name of the design document that it belongs to. */
  readonly of: string;
}

/** The member by which we know our own: a name alone might be somebody else's. */
const member = "couchdb-migrate";

/** From the views alone: a restarted run finds the index it had begun, whatever else was edited meanwhile. */
export function stagedName(name: string, doc: DesignDoc): string {
  const hash = createHash("sha256").update(JSON.stringify(indexed(doc), sorted));
  return `${name}--staged-${hash.digest("hex").slice(0, 16)}`;
}

function sorted(_: string, value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function previousName(name: string): string {
  return `${name}--previous`;
}

/**
 * What the index is made of. Not `autoupdate`: only CouchDB's own indexer builds every copy, a query those that answer
 * it; the document that will have the index is as it was asked for.
 */
export function stagedDoc(name: string, doc: DesignDoc): DesignDoc {
  const { language, options, views } = hidden(doc);
  const parts = Object.entries({ language, options, views }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(parts), ...marked({ role: "staged", of: name }) };
}

export function previousDoc(name: string, stored: DesignDoc): DesignDoc {
  const { _id, _rev, _attachments, validate_doc_update, ...content } = stored;
  return { ...content, ...marked({ role: "previous", of: name }) };
}

/** Without views, so that nothing is indexed. */
export function languageProbe(language: string): DesignDoc {
  return { language, shows: { probe: "" }, ...marked({ role: "language", of: "" }) };
}

function marked(companion: Companion): DesignDoc {
  return { [member]: companion };
}

export interface NamedCompanion extends Companion {
  readonly name: string;
}

/** Those of one design document, among others by name. */
export function companionsOf(others: Readonly<Record<string, DesignDoc>>, of: string): NamedCompanion[] {
  return Object.entries(others).flatMap(([name, doc]) => {
    const companion = companionIn(doc);
    return companion?.of === of ? [{ ...companion, name }] : [];
  });
}

/** Undefined: it is not one of ours. */
export function companionIn(stored: DesignDoc): Companion | undefined {
  const mark = stored[member];
  if (!isObject(mark) || typeof mark.of !== "string") return undefined;
  if (mark.role !== "staged" && mark.role !== "previous" && mark.role !== "language") return undefined;
  return { role: mark.role, of: mark.of };
}

/** Nothing that is not ours is written over. */
export function assertOurs(database: string, name: string, stored: DesignDoc | undefined): void {
  if (!stored || companionIn(stored)) return;
  const message = `${idOf(name)} of ${database} already exists: couchdb-migrate needs this name for its own copy, but did not write that document`;
  const next = "Rename or remove it, or use `deploy: inPlace`.";
  throw new MigrateError("refused", { message, data: { database, designDoc: name }, next });
}
