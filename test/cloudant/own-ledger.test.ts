/** The default database of the ledger, and the role Writer, on an imitated IBM Cloudant. */
import { expect, onTestFinished, test } from "vitest";
import { apply, loadMigrations, plan } from "../../src/index.js";
import { forbidden, ofManagers, refusals, startCloudant } from "../support/cloudant.js";
import { freshDatabase } from "../support/databases.js";
import { must } from "../support/request.js";
import { onNodes, server, startCouchDB } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { service } from "./service.js";

const load = async (steps: string) => loadMigrations(await tempFolder({ "001.yaml": steps }), { env: {} });

onNodes("the default database", () => {
  // In both forms; each case waits until a cluster would have settled.
  const forms = refusals.filter(([title]) => title === "403" || title === "404 of a gateway");
  test.each(forms)("is created and secured if nodes are refused with %s", async (_, refusal) => {
    const node = await startCouchDB();
    onTestFinished(() => node.stop());
    const proxy = await startCloudant(node.url, { refusal, also: ofManagers });
    onTestFinished(() => proxy.close());
    const { name, password } = node.admin;
    const options = { connection: { url: proxy.url, username: name, password }, wait: 5_000 };
    const files = await load("- id: made\n  ensureDatabase: { name: hive }\n");
    expect(await apply(files, options)).toMatchObject({ result: "applied", failures: [] });
    expect(await apply(files, options)).toMatchObject({ applied: [] });
    expect(await must(node, "GET", "/couchdb-migrate/_security")).toMatchObject({ members: { roles: ["_admin"] } });
  });
});

test("a Writer writes documents into existing databases", async () => {
  const { options } = await service({
    refusal: forbidden,
    also: new RegExp(`${ofManagers.source}|^/[^/]+/_(?:security|shards|revs_limit)\\b`),
  });
  const database = await freshDatabase("hive");
  const files = await load(`- id: docs
  ensureDocuments: { database: ${database}, docs: [{ _id: larva, legs: 6 }] }
- id: legs
  transformDocuments: { database: ${database}, set: { /legs: 8 } }
`);
  expect((await plan(files, options)).changes).toBe(2);
  expect(await apply(files, options)).toMatchObject({ result: "applied", failures: [] });
  expect(await apply(files, options)).toMatchObject({ applied: [] });
});

test("a part of a transformation is done, although the server lists no ledger's revision", async () => {
  const { options } = await service({ refusal: forbidden });
  const database = await freshDatabase("hive");
  await must(server(), "PUT", `/${database}/larva`, { body: { legs: 6 } });
  const files = await load(`- id: legs\n  transformDocuments: { database: ${database}, set: { /legs: 8 } }\n`);
  await apply(files, { ...options, part: { number: 1, of: 1 } });
  expect(await must(server(), "GET", `/${database}/larva`)).toMatchObject({ legs: 8 });
});
