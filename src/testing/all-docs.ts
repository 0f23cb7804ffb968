/** Reads the documents of a test's database, except design documents. */
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import type { JsonObject } from "../text/json.js";

interface Row {
  readonly id: string;
  readonly doc: JsonObject;
}

export async function readDocs(couch: Couch, database: string): Promise<ReadonlyMap<string, JsonObject>> {
  const options = { query: { include_docs: true }, keep: false, fresh: true } as const;
  const { body } = await couch.read<{ readonly rows: readonly Row[] }>(path`/${database}/_all_docs`, options);
  return new Map(body.rows.filter(({ id }) => !id.startsWith("_design/")).map(({ id, doc }) => [id, doc]));
}

export async function readIds(couch: Couch, database: string): Promise<ReadonlySet<string>> {
  const { body } = await couch.read<{ readonly rows: readonly Row[] }>(path`/${database}/_all_docs`);
  return new Set(body.rows.map(({ id }) => id).filter((id) => !id.startsWith("_design/")));
}
