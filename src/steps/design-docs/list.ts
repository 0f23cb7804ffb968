/** All design documents of a database, as the kinds read them that work on some. */
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { type DesignDoc, nameInId } from "./design-doc.js";

interface Listing {
  readonly rows?: readonly { readonly doc: DesignDoc }[];
}

/** By name. `undefined`: there is no such database, or CouchDB does not list them (before 2.2). */
export async function listDesignDocs(
  couch: Couch,
  database: string,
): Promise<Readonly<Record<string, DesignDoc>> | undefined> {
  const options = { query: { include_docs: true }, accept: [404] };
  const { status, body } = await couch.read<Listing>(path`/${database}/_design_docs`, options);
  if (status === 404) return undefined;
  const known = byName.get(body) ?? docsIn(body);
  byName.set(body, known);
  return known;
}

/** The gateway keeps answers, and many a step asks for the same one. */
const byName = new WeakMap<Listing, Record<string, DesignDoc>>();

function docsIn({ rows = [] }: Listing): Record<string, DesignDoc> {
  return Object.fromEntries(
    rows.flatMap(({ doc }) => {
      const name = nameInId(doc._id);
      return name === undefined ? [] : [[name, doc] as const];
    }),
  );
}
