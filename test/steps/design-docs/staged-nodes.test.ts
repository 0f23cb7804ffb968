/** Staged deployments on nodes that are killed, and on a cluster. */
import { expect, it, onTestFinished } from "vitest";
import type { Couch } from "../../../src/couch/couch.js";
import { ensureIndexes } from "../../../src/kinds/ensure-indexes.js";
import { must, request, until } from "../../support/request.js";
import { everyNodeKnowsAll, onNodes, startCluster } from "../../support/servers.js";
import { contextOf } from "../fake-couch.js";
import { bigDatabase, bring, count, designDocs, desiredOf, docOf, indexOf, newView, open } from "./big-database.js";

/** A map that takes a while for each document. */
const slow = { map: "function (doc) { for (var i = 0; i < 60000; i++); emit(-doc.n, null); }" };

async function bringIndex(couch: Couch, database: string): Promise<void> {
  const index = { index: { fields: ["n", "kind"] }, type: "json" as const, ddoc: "nest" };
  const desired = { database: [database], indexes: { "by-n": index }, deploy: "staged" as const };
  const context = contextOf(couch, desired, { database });
  const { write, rebuilds } = ensureIndexes.diff(desired, await ensureIndexes.observe(context), { database });
  expect(rebuilds).toMatchObject([{ designDoc: "nest", staged: true }]);
  if (write) await ensureIndexes.apply(write, context);
}

onNodes("a staged deployment", () => {
  it.each([
    ["", false],
    [", for a database with partitions", true],
  ])("continues if the server is killed during the build%s", async (_, partitioned) => {
    // Its configuration has no password left to hash, so nothing rewrites the file that it restarts with.
    const { nodes, close } = await startCluster(1);
    onTestFinished(close);
    const [node] = nodes;
    if (!node) throw new Error("no node");
    const database = await bigDatabase(node, count, partitioned);
    let killed: Promise<void> | undefined;
    const killOnce = ({ done, total }: { done: number; total: number }) => {
      if (done === 0 || done === total) return;
      killed ??= node.kill().then(() => node.start());
    };
    await bring(open(node), desiredOf(database, docOf(slow)), { progress: killOnce });
    expect(killed).toBeDefined();
    await killed;
    expect(await designDocs(node, database)).toEqual(["brood"]);
    expect((await indexOf(node, database)).updates_pending.total).toBeLessThan(10);
  });

  it("on a cluster builds every copy, with and without `autoupdate`, even if a node is killed meanwhile", async () => {
    const cluster = await startCluster(3, { ini: { query_server_config: { commit_freq: 1 } } });
    onTestFinished(cluster.close);
    const [first, ...others] = cluster.nodes;
    const last = others.at(-1);
    if (!first || !last) throw new Error("no node");
    let killed: Promise<void> | undefined;
    const killOnce = ({ done, total }: { done: number; total: number }) => {
      if (done === 0 || done === total) return;
      killed ??= last.kill().then(() => last.start());
    };
    const databases: string[] = [];
    for (const more of [{}, { autoupdate: false }]) {
      const database = await bigDatabase(first);
      databases.push(database);
      if ("autoupdate" in more) {
        await bring(open(first), desiredOf(database, docOf(slow, more)), { progress: killOnce });
        expect(killed).toBeDefined();
        await killed;
      } else await bring(open(first), desiredOf(database, docOf(newView)));
      await bringIndex(open(first), database);
      for (const node of cluster.nodes) {
        expect((await indexOf(node, database)).updates_pending.total).toBeLessThan(20);
        expect((await indexOf(node, database, "nest")).updates_pending.total).toBeLessThan(20);
        // CouchDB may still read once what was just removed.
        await until(
          () => request(node, "GET", "/_active_tasks"),
          ({ body }) => body.length === 0,
        );
        const { rows } = await must(node, "GET", `/${database}/_design/brood/_view/changing?limit=1`);
        expect(rows).toHaveLength(1);
      }
    }
    // Each node alone answers for its own copies.
    for (const node of others) {
      await everyNodeKnowsAll(cluster.nodes);
      const stopped = cluster.nodes.filter((other) => other !== node);
      await Promise.all(stopped.map((other) => other.kill()));
      for (const [i, database] of databases.entries()) {
        const alone = await until(
          () => request(node, "GET", `/${database}/_design/brood/_info`),
          ({ status }) => status === 200,
        );
        const which = `${node.name}, ${i === 0 ? "with" : "without"} autoupdate`;
        expect.soft(alone.body.view_index.updates_pending.total, which).toBeLessThan(20);
        expect.soft((await indexOf(node, database, "nest")).updates_pending.total, which).toBeLessThan(20);
      }
      await Promise.all(stopped.map((other) => other.start()));
    }
  });
});
