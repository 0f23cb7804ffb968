/** What differs between a design document as it is and as it ought to be. Pure. */
import { isDeepStrictEqual } from "node:util";
import { toPointer } from "../../migrations/pointer.js";
import { isObject, membersOf } from "../json.js";
import type { Change, Rebuild } from "../kind.js";
import { type DesignDoc, viewNames } from "./design-doc.js";

/** Design documents of one database. */
export interface ObservedDesignDocs {
  /** Those that the step names and that exist, as CouchDB has them, with `_id` and `_rev`. */
  readonly docs: Readonly<Record<string, DesignDoc>>;
  /** How many documents a view's build reads: all but the design documents. */
  readonly documents: number;
}

export interface ComparedDesignDoc {
  readonly name: string;
  readonly desired: DesignDoc;
  /** Undefined: it does not exist. */
  readonly stored: DesignDoc | undefined;
  readonly changes: readonly Change[];
  /** Its views are built anew. */
  readonly rebuilds: boolean;
}

/** Those that differ. */
export function compareDesignDocs(
  desired: Readonly<Record<string, DesignDoc>>,
  observed: ObservedDesignDocs | undefined,
): ComparedDesignDoc[] {
  return Object.entries(desired).flatMap(([name, doc]) => {
    const stored = observed && Object.hasOwn(observed.docs, name) ? observed.docs[name] : undefined;
    const above = ["docs", name];
    const changes = stored
      ? memberChanges(withLanguage(contentOf(stored)), withLanguage(doc), above)
      : [{ path: toPointer(above), before: null, after: doc }];
    if (changes.length === 0) return [];
    const sameViews = stored !== undefined && isDeepStrictEqual(indexed(stored), indexed(doc));
    return [{ name, desired: doc, stored, changes, rebuilds: viewNames(doc).length > 0 && !sameViews }];
  });
}

export function rebuildOf(database: string, documents: number, { name, desired }: ComparedDesignDoc): Rebuild {
  return { database, designDoc: name, views: viewNames(desired), documents };
}

/** Without what CouchDB adds: `_id`, `_rev`, attachment stubs. */
export function contentOf({ _id, _rev, _attachments, ...content }: DesignDoc): DesignDoc {
  return content;
}

function withLanguage(doc: DesignDoc): DesignDoc {
  return { language: "javascript", ...doc };
}

/** One change for each function or other value that differs. */
function memberChanges(before: unknown, after: unknown, keys: readonly string[]): Change[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      memberChanges(member(before, key), member(after, key), [...keys, key]),
    );
  }
  if (before === undefined && isNotEmpty(after)) return memberChanges({}, after, keys);
  if (after === undefined && isNotEmpty(before)) return memberChanges(before, {}, keys);
  if (isDeepStrictEqual(before, after)) return [];
  return [{ path: toPointer(keys), before: before ?? null, after: after ?? null }];
}

function member(of: DesignDoc, key: string): unknown {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}

function isNotEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

/** What CouchDB makes the signature of the index from. */
function indexed(doc: DesignDoc): unknown {
  const { language, options = {}, views } = withLanguage(doc);
  const { lib = {}, ...others } = membersOf(views);
  const functions = Object.entries(others).map(([name, view]) => {
    const { map, reduce, options: ofView = {} } = membersOf(view);
    return [name, { map, reduce, options: ofView }];
  });
  return { language, options, lib, views: Object.fromEntries(functions) };
}
