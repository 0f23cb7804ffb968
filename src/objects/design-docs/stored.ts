/** Reads one design document, bypassing the cache of the run. */
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import type { DesignDoc } from "./design-doc.js";

/** `undefined`: it does not exist. */
export async function readDesignDoc(couch: Couch, database: string, name: string): Promise<DesignDoc | undefined> {
  const at = path`/${database}/_design/${name}`;
  const { status, body } = await couch.read<DesignDoc>(at, { accept: [404], fresh: true });
  return status === 404 ? undefined : body;
}

/** Deletes only this revision. */
export async function deleteDesignDoc(couch: Couch, database: string, name: string, rev: string): Promise<void> {
  const at = path`/${database}/_design/${name}`;
  await couch.write("DELETE", at, { query: { rev }, accept: [404], repeatable: true });
}
