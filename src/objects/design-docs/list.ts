/** Lists the design documents of a database, for kinds that work on some of them. */
import type { Couch } from "../../couch/couch.js";
import { deepDocuments } from "../../couch/nesting.js";
import { path } from "../../couch/path.js";
import { sharedIn } from "../../couch/shared.js";
import { readStored } from "../documents/stored.js";
import { type DesignDoc, idOf, nameInId } from "./design-doc.js";

interface Listing {
  readonly rows?: readonly { readonly id: string; readonly doc: DesignDoc }[];
}

type DesignDocs = Readonly<Record<string, DesignDoc>>;

export interface ListedDesignDocs {
  /** By name. */
  readonly docs: DesignDocs;
  /** Some are nested too deeply, and are missing from the list. */
  readonly partial: boolean;
}

/**
 * By name. `undefined`: the database does not exist, or CouchDB does not list them (before 2.2). Documents that are
 * nested too deeply are left out; if the step works on one of them, it is an error.
 *
 * @param needed names of those that the step works on
 */
export async function listDesignDocs(
  couch: Couch,
  database: string,
  needed: readonly string[] = [],
): Promise<DesignDocs | undefined> {
  return (await readDesignDocs(couch, database, needed))?.docs;
}

/** The same, including whether any were left out. */
export async function readDesignDocs(
  couch: Couch,
  database: string,
  needed: readonly string[],
): Promise<ListedDesignDocs | undefined> {
  try {
    const listing = await list(couch, database, true);
    if (!listing) return undefined;
    const byName = sharedIn(couch, noneByName);
    const docs = byName.get(listing) ?? docsIn((listing.rows ?? []).map(({ doc }) => doc));
    byName.set(listing, docs);
    return { docs, partial: false };
  } catch (error) {
    const deep = deepDocuments(error);
    if (deep.length === 0 || needed.some((name) => deep.includes(idOf(name)))) throw error;
    const ids = ((await list(couch, database, false))?.rows ?? []).map(({ id }) => id);
    const others = ids.filter((id) => !deep.includes(id));
    const stored = await readStored(couch, database, others, { docs: true });
    return { docs: docsIn([...(stored?.values() ?? [])].flatMap(({ doc }) => (doc ? [doc] : []))), partial: true };
  }
}

async function list(couch: Couch, database: string, wholly: boolean): Promise<Listing | undefined> {
  const options = { query: { include_docs: wholly || undefined }, accept: [404] };
  const { status, body } = await couch.read<Listing>(path`/${database}/_design_docs`, options);
  return status === 404 ? undefined : body;
}

/** The gateway caches answers, and many steps request the same one. */
function noneByName(): WeakMap<Listing, DesignDocs> {
  return new WeakMap();
}

function docsIn(docs: readonly DesignDoc[]): DesignDocs {
  return Object.fromEntries(
    docs.flatMap((doc) => {
      const name = nameInId(doc._id);
      return name === undefined ? [] : [[name, doc] as const];
    }),
  );
}
