import type { Couch } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { path } from "../../couch/path.js";
import { type JsonObject, membersOf } from "../../text/json.js";
import { type DesignDoc, nameInId } from "../design-docs/design-doc.js";
import { readDesignDocs } from "../design-docs/list.js";
import type { Lacking } from "../design-docs/twins.js";
import type { StoredIndex } from "./definition.js";
import { indexesIn } from "./from-design-docs.js";

/** The Mango indexes of one database. */
export interface ObservedIndexes {
  readonly indexes: readonly StoredIndex[];
  /** Whether the database is partitioned; so are its indexes unless they say otherwise. */
  readonly partitioned: boolean;
  /** All design documents of the database, by name; undefined if CouchDB does not list them (before 2.2). */
  readonly designDocs?: Readonly<Record<string, DesignDoc>>;
  /** How many documents a build reads: all but the design documents. */
  readonly documents: number;
  /** The size of these documents. */
  readonly bytes: number;
  /** The migration set of the run: its staged documents are its own. */
  readonly set: string;
  /** For design documents whose index another one will reuse; only for a plan. */
  readonly lacking?: Lacking;
}

interface Listing {
  readonly total_rows?: number;
  readonly indexes?: readonly JsonObject[];
}

/**
 * `undefined`: the database does not exist. Indexes of a type whose service is not installed are not shown. If a
 * design document was left out, CouchDB lists the indexes, as it does after they are written; then none of them may
 * be nested that deeply.
 *
 * @param set the migration set of the run
 * @param needed names of the design documents whose indexes the step works on
 */
export async function observeIndexes(
  couch: Couch,
  database: string,
  set: string,
  needed: readonly string[],
): Promise<ObservedIndexes | undefined> {
  const [info, listed] = await Promise.all([
    inventoryOf(couch).info(database),
    readDesignDocs(couch, database, needed),
  ]);
  if (!info) return undefined;
  const designDocs = listed?.docs;
  const told = listed && !listed.partial ? indexesIn(listed.docs, info.partitioned) : undefined;
  const indexes = told ?? (await listIndexes(couch, database));
  if (!indexes) return undefined;
  const count = Object.keys(designDocs ?? {}).length;
  const { partitioned, bytes } = info;
  const documents = Math.max(0, info.documents - count);
  return { indexes, partitioned, documents, bytes, set, ...(designDocs ? { designDocs } : {}) };
}

/** @param fresh bypass the cache of the run */
export async function listIndexes(
  couch: Couch,
  database: string,
  fresh = false,
): Promise<readonly StoredIndex[] | undefined> {
  const { status, body } = await couch.read<Listing>(path`/${database}/_index`, { accept: [404], fresh });
  return status === 404 ? undefined : (body.indexes ?? []).flatMap(storedIndex);
}

/** `_all_docs`, which CouchDB also lists, has no design document. */
function storedIndex({ ddoc, name, type, partitioned, def }: JsonObject): StoredIndex[] {
  const designDoc = nameInId(ddoc);
  if (designDoc === undefined) return [];
  const stored = { ddoc: designDoc, name: String(name), type: String(type), def: membersOf(def) };
  return [{ ...stored, ...(typeof partitioned === "boolean" ? { partitioned } : {}) }];
}
