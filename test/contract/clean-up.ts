/**
 * Removes what the contract leaves behind, so that it can run again on the same server. All its names share a prefix.
 */

import { type Addressed, must, request } from "../support/request.js";

export async function cleanUp(server: Addressed): Promise<void> {
  const all: string[] = await must(server, "GET", "/_all_dbs");
  for (const name of all.filter((name) => name.startsWith("ct-"))) {
    await request(server, "DELETE", `/${encodeURIComponent(name)}`);
  }
  await removeDocuments(server, "_users", "org.couchdb.user:ct-");
  await removeDocuments(server, "_replicator", "ct-");
  const config = "/_node/_local/_config";
  const { admins = {}, "ct-section": section = {} } = await must(server, "GET", config);
  for (const name of Object.keys(admins).filter((name) => name.startsWith("ct-"))) {
    await request(server, "DELETE", `${config}/admins/${name}`);
  }
  for (const key of Object.keys(section)) await request(server, "DELETE", `${config}/ct-section/${key}`);
}

async function removeDocuments(server: Addressed, database: string, prefix: string): Promise<void> {
  const { rows = [] } = (await request(server, "GET", `/${database}/_all_docs`)).body;
  for (const { id, value } of rows as { id: string; value: { rev: string } }[]) {
    if (id.startsWith(prefix)) {
      await request(server, "DELETE", `/${database}/${encodeURIComponent(id)}?rev=${value.rev}`);
    }
  }
}
