/** What differs between the stored and the declared design documents. Pure. */

import type { Change, Rebuild } from "../../steps/difference.js";
import { valueChanges } from "../../steps/value-changes.js";
import { toPointer } from "../../text/pointer.js";
import { aheadOf } from "./ahead.js";
import { type DesignDoc, hasSameIndex, viewNames, withLanguage } from "./design-doc.js";
import { withLuceneVersions } from "./lucene-version.js";
import { type Lacking, reuseOf, twinOf } from "./twins.js";
import type { IndexSizes } from "./way-back.js";

/** Design documents of one database. */
export interface ObservedDesignDocs {
  /** Those that the step names and that exist, as CouchDB returns them, with `_id` and `_rev`. */
  readonly docs: Readonly<Record<string, DesignDoc>>;
  /** Those that it does not name, by name: an index that they already have need not be rebuilt. */
  readonly others: Readonly<Record<string, DesignDoc>>;
  /** How many documents a view's build reads: all but the design documents. */
  readonly documents: number;
  /** The size of the documents. */
  readonly bytes: number;
  readonly partitioned: boolean;
  /** CouchDB's version. Absent: nothing in the documents depends on it. */
  readonly version?: string;
  /** The migration set of the run: its staged documents are its own. */
  readonly set: string;
  /** For documents whose index another one will reuse; only for a plan. */
  readonly lacking?: Lacking;
  /** Of the indexes that `keepPrevious` keeps; only for a plan. */
  readonly sizes?: IndexSizes;
}

export interface ComparedDesignDoc {
  readonly name: string;
  readonly desired: DesignDoc;
  /** Undefined: it does not exist. */
  readonly stored: DesignDoc | undefined;
  readonly changes: readonly Change[];
  /** Its views are rebuilt. */
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
    const sameViews = stored !== undefined && hasSameIndex(stored, doc);
    return [{ name, desired: doc, stored, changes, rebuilds: viewNames(doc).length > 0 && !sameViews }];
  });
}

export function rebuildOf(
  database: string,
  observed: ObservedDesignDocs | undefined,
  { name, desired }: ComparedDesignDoc,
): Rebuild {
  const { documents = 0, bytes = 0, docs = {}, others = {}, set = "", lacking } = observed ?? {};
  const all = { ...others, ...docs };
  const reuse = reuseOf(twinOf(all, name, desired), lacking);
  return {
    database,
    designDoc: name,
    views: viewNames(desired),
    documents,
    bytes,
    ...reuse,
    ...aheadOf({ docs: all, set, documents }, name, desired, reuse.pending),
  };
}

/** Ignores what CouchDB adds. */
export function isSame(stored: DesignDoc, asked: DesignDoc): boolean {
  return memberChanges(withLanguage(stored), withLanguage(withLuceneVersions(asked, stored)), []).length === 0;
}

/** Without what CouchDB adds: `_id`, `_rev`, attachment stubs. */
export function contentOf({ _id, _rev, _attachments, ...content }: DesignDoc): DesignDoc {
  return content;
}

/** One change for each different function or value. */
function memberChanges(before: DesignDoc, after: DesignDoc, above: readonly string[]): Change[] {
  return valueChanges(before, after, above, false);
}
