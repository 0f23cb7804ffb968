/** CouchDB becomes unavailable after the first read, before there is a lease: the run waits for it as at the start. */
import { expect, it } from "vitest";
import { apply, loadMigrations } from "../../src/index.js";
import { type Recorded, startProxy } from "../support/proxy.js";
import { startEmbedded } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";

const one = "- id: hive\n  ensureDatabase: { name: hive }\n";
const inParts = `${one}- id: legs\n  transformDocuments: { database: hive, set: { /legs: 6 } }\n`;

/**
 * @param away how often a redirect, which a proxy sends while CouchDB is unavailable, comes instead
 * @param behind how often CouchDB itself answers before that
 */
async function run(away: number, wait: number, { yaml = one, behind = 0, more = {} } = {}) {
  const folder = await tempFolder();
  await writeFiles(folder, { "001.yaml": yaml });
  const server = await startEmbedded();
  const proxy = await startProxy(server.url);
  try {
    // The ledger's own database is requested after the run has read the server, and has found something to do.
    let asked = 0;
    const isLate = ({ method, path }: Recorded) => method === "GET" && path === "/couchdb-migrate" && ++asked > behind;
    proxy.faultWhen(isLate, { status: 302 }, away);
    const { name, password } = server.admin;
    const connection = { url: proxy.url, username: name, password };
    return await apply(await loadMigrations(folder, { env: {} }), { connection, wait, ...more });
  } finally {
    await proxy.close();
    await server.close();
  }
}

it("continues once CouchDB is back", async () => {
  expect(await run(2, 30_000)).toMatchObject({ result: "applied", applied: ["hive"] });
});

it("continues once CouchDB is back, after the division into parts", async () => {
  // It answers for the step before, and is unavailable when the part starts.
  const result = await run(2, 30_000, { yaml: inParts, behind: 1, more: { part: { number: 1, of: 2 } } });
  expect(result).toMatchObject({ result: "applied", applied: ["hive"], part: { step: "legs", open: [2] } });
});

it("gives up after --wait", async () => {
  await expect(run(Number.POSITIVE_INFINITY, 1_000)).rejects.toMatchObject({ code: "not-couchdb" });
});
