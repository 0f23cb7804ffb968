/** `stage` and `apply` on a cluster of three, each through another node. */
import { expect, it, onTestFinished } from "vitest";
import { apply, plan, stage } from "../../../src/index.js";
import { bigDatabase, designDocs, docOf, indexOf } from "../../steps/design-docs/big-database.js";
import { must, request } from "../../support/request.js";
import { onNodes, startCluster } from "../../support/servers.js";
import { documents, versionOf, viewWith } from "./scene.js";

onNodes("stage on a cluster of three", () => {
  it("builds every copy, and an apply through another node switches without a build", async () => {
    const cluster = await startCluster(3, { ini: { query_server_config: { commit_freq: 1 } } });
    onTestFinished(cluster.close);
    const [first, second, third] = cluster.nodes;
    if (!first || !second || !third) throw new Error("no node");
    const database = await bigDatabase(first, documents);
    const optionsOn = ({ url, admin }: typeof first) => {
      return { connection: { url, username: admin.name, password: admin.password }, wait: 10_000 };
    };
    await apply(await versionOf(database, "doc.n"), optionsOn(first));
    const files = await versionOf(database, "-doc.n");
    const { staged } = await stage(files, optionsOn(first));
    const [{ name = "" } = {}] = staged;
    const { signature } = await indexOf(first, database, name);
    for (const node of cluster.nodes) {
      expect((await indexOf(node, database, name)).updates_pending.total).toBeLessThan(20);
    }
    expect(await stage(files, optionsOn(second))).toMatchObject({ staged, failures: [] });
    expect((await plan(files, optionsOn(third))).steps[0]?.rebuilds).toMatchObject([{ ahead: { name, ready: true } }]);
    expect(await apply(files, optionsOn(third))).toMatchObject({ applied: ["views"], failures: [] });
    for (const node of cluster.nodes) {
      expect(await indexOf(node, database)).toMatchObject({ signature });
      expect(await must(node, "GET", `/${database}/_design/brood`)).toMatchObject(docOf(viewWith("-doc.n")));
      const { body } = await request(node, "GET", `/${database}/_design/brood/_view/changing?limit=1&update=false`);
      expect(body.rows).toHaveLength(1);
    }
    expect(await designDocs(first, database)).toEqual(["brood"]);
  });
});
