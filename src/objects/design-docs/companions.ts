/**
 * Design documents that we store next to those of the files: a new version while its index is built, and the former
 * version that `keepPrevious` retains. They have no validation functions, because those would run on every write.
 */
import { createHash } from "node:crypto";
import { MigrateError } from "../../contract/errors.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { type DesignDoc, idOf, indexed } from "./design-doc.js";
import { hidden } from "./planner.js";

/** Who staged a document, and when. */
export interface Stager {
  /** The migration set. Only its own runs remove the document. */
  readonly set: string;
  /** The version of the files that the document was first staged for. */
  readonly version: string;
  /** ISO 8601. */
  readonly since: string;
  /** `stage` built it ahead, so that no `apply` removes it before it is deployed. Absent: an `apply` wrote it. */
  readonly ahead?: true;
}

export type Companion =
  | {
      readonly role: "previous" | "language";
      /** The name of the design document that it belongs to. */
      readonly of: string;
    }
  | ({ readonly role: "staged"; readonly of: string } & Stager);

/** The field that marks our own documents: a name alone might be someone else's. */
const member = "couchdb-migrate";

/**
 * Derived from the set and the views only: after a restart, the run finds the index that it had started, even if other
 * fields were edited in the meantime. Two sets never share a staged document; CouchDB itself shares the index.
 */
export function stagedName(set: string, name: string, doc: DesignDoc): string {
  const hash = createHash("sha256").update(JSON.stringify([set, indexed(doc)], sorted));
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
 * The fields that determine the index. Without `autoupdate`: only CouchDB's own indexer builds every copy, while a
 * query builds those that answer it. The final document keeps the requested `autoupdate`.
 */
export function stagedDoc(name: string, doc: DesignDoc, by: Stager): DesignDoc {
  const { language, options, views } = hidden(doc);
  const parts = Object.entries({ language, options, views }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(parts), ...marked({ role: "staged", of: name, ...by }) };
}

/** Without `autoupdate`, its index costs disk space only: going back to it indexes what was written since. */
export function previousDoc(name: string, stored: DesignDoc): DesignDoc {
  const { _id, _rev, _attachments, validate_doc_update, ...content } = stored;
  return { ...content, autoupdate: false, ...marked({ role: "previous", of: name }) };
}

/** Without views, so that nothing is indexed. */
export function languageProbe(language: string): DesignDoc {
  return { language, shows: { probe: "" }, ...marked({ role: "language", of: "" }) };
}

function marked(companion: Companion): DesignDoc {
  return { [member]: companion };
}

/** The document without the mark of its owner. */
export function withoutMark({ [member]: _, ...doc }: DesignDoc): DesignDoc {
  return doc;
}

export type NamedCompanion = Companion & { readonly name: string };

/** The companions of one design document that runs of this set may remove, among other documents by name. */
export function companionsOf(others: Readonly<Record<string, DesignDoc>>, of: string, set: string): NamedCompanion[] {
  return Object.entries(others).flatMap(([name, doc]) => {
    const companion = companionIn(doc);
    return companion?.of === of && isOfSet(companion, set) ? [{ ...companion, name }] : [];
  });
}

/** Whether runs of this set may remove it at all. */
export function isOfSet(companion: Companion, set: string): boolean {
  return companion.role !== "staged" || companion.set === set;
}

/** Names of companions that are not wanted any more. */
export interface Unwanted {
  /** What `apply` removes. */
  readonly obsolete: readonly string[];
  /** What `stage` has built ahead for other versions of the files: only `stage` removes it. */
  readonly outdated: readonly string[];
}

export function unwanted(companions: readonly NamedCompanion[]): Unwanted {
  const names = (ahead: boolean) => companions.flatMap((one) => (isAhead(one) === ahead ? one.name : []));
  return { obsolete: names(false), outdated: names(true) };
}

/** Whether `stage` built it ahead. */
export function isAhead(companion: Companion): boolean {
  return companion.role === "staged" && companion.ahead === true;
}

/** Undefined: the document is not one of ours. */
export function companionIn(stored: DesignDoc): Companion | undefined {
  const mark = stored[member];
  if (!isObject(mark) || typeof mark.of !== "string") return undefined;
  const { role, of } = mark;
  if (role === "previous" || role === "language") return { role, of };
  const stager = stagerIn(mark);
  return role === "staged" && stager ? { role, of, ...stager } : undefined;
}

function stagerIn({ set, version, since, ahead }: JsonObject): Stager | undefined {
  if (typeof set !== "string" || typeof version !== "string" || typeof since !== "string") return undefined;
  return { set, version, since, ...(ahead === true ? { ahead } : {}) };
}

/** A document that is not ours is never overwritten. */
export function assertOurs(database: string, name: string, stored: DesignDoc | undefined): void {
  if (!stored || companionIn(stored)) return;
  const message = `${idOf(name)} of ${database} already exists: couchdb-migrate needs this name for its own copy, but did not write that document`;
  const next = "Rename or remove it, or use `deploy: inPlace`.";
  throw new MigrateError("refused", { message, data: { database, designDoc: name }, next });
}
