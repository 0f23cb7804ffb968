/** CouchDB goes away behind the first look, before there is a lease: it is waited for as at the start. */
import { expect, it } from "vitest";
import { apply, loadMigrations } from "../../src/index.js";
import { startProxy } from "../support/proxy.js";
import { startEmbedded } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";

/** `away`: how often a redirect, which a proxy sends while CouchDB is not there, stands in its place. */
async function run(away: number, wait: number) {
  const folder = await tempFolder();
  await writeFiles(folder, { "001.yaml": "- id: hive\n  ensureDatabase: { name: hive }\n" });
  const server = await startEmbedded();
  const proxy = await startProxy(server.url);
  try {
    // The ledger's own database is asked for once the run has looked, and has found something to do.
    proxy.faultWhen(({ method, path }) => method === "GET" && path === "/couchdb-migrate", { status: 302 }, away);
    const { name, password } = server.admin;
    const connection = { url: proxy.url, username: name, password };
    return await apply(await loadMigrations(folder, { env: {} }), { connection, wait });
  } finally {
    await proxy.close();
    await server.close();
  }
}

it("goes on once it is back", async () => {
  expect(await run(2, 30_000)).toMatchObject({ result: "applied", applied: ["hive"] });
});

it("gives up after --wait", async () => {
  await expect(run(Number.POSITIVE_INFINITY, 1_000)).rejects.toMatchObject({ code: "not-couchdb" });
});
