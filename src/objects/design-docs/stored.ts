/** One design document as a database has it, whatever the run has read before. */
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import type { DesignDoc } from "./design-doc.js";

/** `undefined`: there is none. */
export async function readDesignDoc(couch: Couch, database: string, name: string): Promise<DesignDoc | undefined> {
  const at = path`/${database}/_design/${name}`;
  const { status, body } = await couch.read<DesignDoc>(at, { accept: [404], fresh: true });
  return status === 404 ? undefined : body;
}

/** This revision, and no other. */
export async function deleteDesignDoc(couch: Couch, database: string, name: string, rev: string): Promise<void> {
  const at = path`/${database}/_design/${name}`;
  await couch.write("DELETE", at, { query: { rev }, accept: [404], repeatable: true });
}
