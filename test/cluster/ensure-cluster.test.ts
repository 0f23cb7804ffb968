/** From fresh nodes to a finished cluster. */
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { must, request } from "../support/request.js";
import { type Cluster, type CouchNode, onNodes, startCluster, startCouchDB } from "../support/servers.js";
import { expectCookie, sections, steps } from "./scene.js";

const system = ["_global_changes", "_replicator", "_users"];

onNodes("three fresh nodes that know nothing of each other", () => {
  let cluster: Cluster;
  let nodes: readonly CouchNode[];
  beforeAll(async () => {
    cluster = await startCluster(3, { unjoined: true });
    nodes = cluster.nodes;
    // As on nodes that nobody has set up.
    for (const [i, node] of nodes.entries()) {
      await must(node, "PUT", "/_node/_local/_config/couchdb/uuid", { body: `${i}`.repeat(32) });
      await must(node, "PUT", "/_node/_local/_config/chttpd_auth/secret", { body: `secret-of-${i}` });
    }
  });
  afterAll(() => cluster?.close());

  const yaml = (names: readonly string[]) => `
- id: cluster
  ensureCluster:
    nodes: ${JSON.stringify(names)}
- id: zerglings
  ensureDatabase: { name: zerglings }
- id: users
  ensureDesignDocs:
    database: _users
    docs: { by-role: { views: { all: { map: "function (doc) { emit(doc.roles); }" } } } }
`;

  it("are not joined if the list omits the node that the run is connected to", async () => {
    const { applyThrough } = await steps(yaml(["couchdb@elsewhere"]));
    const result = await applyThrough(nodes[0] as CouchNode);
    expect(result.failures).toMatchObject([
      { id: "cluster", code: "refused", message: expect.stringContaining(nodes[0]?.name ?? "") },
    ]);
    expect(result.notReached).toEqual(["zerglings", "users"]);
    expect(await must(nodes[0] as CouchNode, "GET", "/_all_dbs")).toEqual([]);
  });

  it("form one cluster after six concurrent runners, through all nodes", async () => {
    const { applyThrough, planThrough } = await steps(yaml(nodes.map(({ name }) => name)));
    const before = await planThrough(nodes[1] as CouchNode);
    expect(before.steps.map(({ state, action }) => [state, action])).toEqual([
      ["pending", "create"],
      ["pending", "create"],
      ["pending", "create"],
    ]);
    expect(await must(nodes[1] as CouchNode, "GET", "/_all_dbs")).toEqual([]);

    const six = [0, 1, 2, 0, 1, 2].map((i) => nodes[i] as CouchNode);
    const results = await Promise.all(six.map((node) => applyThrough(node)));
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    for (const id of ["zerglings", "users"]) {
      expect(results.filter(({ applied }) => applied.includes(id))).toHaveLength(1);
    }

    const names = nodes.map(({ name }) => name).sort();
    for (const node of nodes) {
      const { all_nodes, cluster_nodes } = await must(node, "GET", "/_membership");
      expect([all_nodes.sort(), cluster_nodes.sort()]).toEqual([names, names]);
      expect(await must(node, "GET", "/_all_dbs")).toEqual([...system, "couchdb-migrate", "zerglings"]);
      expect(await must(node, "GET", "/_cluster_setup")).toEqual({ state: "cluster_finished" });
      for (const name of system) expect(await must(node, "GET", `/${name}`)).toMatchObject({ cluster: { n: 3 } });
    }
    expect(new Set((await sections(nodes, "couchdb")).map(({ uuid }) => uuid)).size).toBe(1);
    expect(new Set((await sections(nodes, "chttpd_auth")).map(({ secret }) => secret)).size).toBe(1);
    await expectCookie(nodes, cluster.admin);
    // No two nodes have created the same database separately.
    for (const name of system) {
      const shards = await Promise.all(nodes.map((node) => must(node, "GET", `/${name}/_shards`)));
      expect(shards).toEqual([shards[0], shards[0], shards[0]]);
    }

    const again = await applyThrough(nodes[2] as CouchNode);
    expect(again).toMatchObject({ result: "unchanged", requests: { reads: 2, writes: 0 } });
    expect(await planThrough(nodes[2] as CouchNode)).toMatchObject({ changes: 0 });
  });

  it("already hold: only the ledger is written", async () => {
    const { applyThrough } = await steps("- id: cluster\n  ensureCluster: { size: 3 }\n");
    expect(await applyThrough(nodes[2] as CouchNode)).toMatchObject({ applied: [], adopted: ["cluster"] });
  });
});

onNodes("a fresh node without system databases", () => {
  it("gets them before the steps that need them", async () => {
    const node = await startCouchDB({ clustered: true });
    onTestFinished(node.close);
    expect((await request(node, "GET", "/_users")).status).toBe(404);
    const { applyThrough, planThrough } = await steps(`
- id: cluster
  ensureCluster: { globalChanges: false }
- id: kerrigan
  ensureUser: { name: kerrigan, password: queen, roles: [zerg] }
`);
    expect(await planThrough(node)).toMatchObject({ changes: 2 });
    expect(await applyThrough(node)).toMatchObject({ applied: ["cluster", "kerrigan"], failures: [] });
    expect(await must(node, "GET", "/_all_dbs")).toEqual(["_replicator", "_users", "couchdb-migrate"]);
    const { body } = await request(node, "GET", "/_session", { as: { name: "kerrigan", password: "queen" } });
    expect(body.userCtx).toEqual({ name: "kerrigan", roles: ["zerg"] });
    expect(await applyThrough(node)).toMatchObject({ result: "unchanged" });
  });
});
