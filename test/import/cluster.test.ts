import { expect, it, onTestFinished } from "vitest";
import { importServer, loadMigrations, plan } from "../../src/index.js";
import { must } from "../support/request.js";
import { type CouchNode, onNodes, startCluster } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

onNodes("a cluster", () => {
  it("keeps the number of copies of a database if it is not the cluster's default", async () => {
    const { nodes, admin, close } = await startCluster(2);
    onTestFinished(close);
    const [node] = nodes as [CouchNode];
    await must(node, "PUT", "/by-default");
    await must(node, "PUT", "/once?n=1&q=3");
    const connection = { url: node.url, username: admin.name, password: admin.password };
    const out = await tempFolder();
    await importServer({ connection, out });
    const migrations = await loadMigrations(out, { env: {} });
    const databases = migrations.steps.filter(({ kind }) => kind === "ensureDatabase");
    const [usual, once] = databases.map(({ desired }) => desired);
    expect(usual).not.toHaveProperty("n");
    expect(once).toMatchObject({ name: "once", n: 1, q: 3 });
    expect(await plan(migrations, { connection })).toMatchObject({ changes: 0 });
  });
});
