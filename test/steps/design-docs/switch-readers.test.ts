/** A query that waits for the old index while the design document is switched. */
import { expect, it, onTestFinished } from "vitest";
import { startProxy } from "../../support/proxy.js";
import { type Addressed, must, type Reply, request, until } from "../../support/request.js";
import { onNodes, onReal, server, startCluster } from "../../support/servers.js";
import { bigDatabase, bring, designDocs, desiredOf, docOf, indexOf, open } from "./big-database.js";

const documents = 1_100;
/** A slow document keeps a query waiting while it is indexed. */
const slowView = (key: string) => ({
  map: `function (doc) { var until = Date.now() + (doc.slow || 0); while (Date.now() < until); emit(${key}, null); }`,
});

/** The answers to queries that each of these nodes gets just before the switch. */
async function answersDuring(nodes: readonly Addressed[], keepPrevious = false) {
  const [node] = nodes;
  if (!node) throw new Error("no node");
  const database = await bigDatabase(node, documents);
  await must(node, "PUT", `/${database}/_design/brood`, {
    body: { ...(await must(node, "GET", `/${database}/_design/brood`)), ...docOf(slowView("doc.n")) },
  });
  await must(node, "GET", `/${database}/_design/brood/_view/changing?limit=0`);
  const proxy = await startProxy(node.url);
  onTestFinished(proxy.close);
  const answers: Promise<Reply>[] = [];
  const startQueries = async () => {
    await must(node, "POST", `/${database}?w=${nodes.length}`, { body: { n: -1, slow: 3_000 } });
    for (const one of nodes) answers.push(request(one, "GET", `/${database}/_design/brood/_view/changing?limit=1`));
    await until(
      async () => (await indexOf(node, database)).waiting_clients,
      (queries) => queries >= nodes.length,
    );
  };
  const isSwitch = ({ method, path }: { method: string; path: string }) =>
    method === "PUT" && path === `/${database}/_design/brood`;
  proxy.faultWhen(isSwitch, { during: startQueries });
  const couch = open({ url: proxy.url, admin: node.admin });
  await bring(couch, desiredOf(database, docOf(slowView("-doc.n")), { keepPrevious }));
  const seen = (await Promise.all(answers)).map(({ status, body }) => ({
    status,
    total: body.total_rows,
    first: body.rows?.[0]?.key,
  }));
  return { seen, left: await designDocs(node, database) };
}

const whole = { status: 200, total: documents + 1, first: -1 };

onReal("a query that waits for the old index during the switch", () => {
  it.each([false, true])("is answered with all of its rows, with keepPrevious: %s", async (keepPrevious) => {
    const { seen, left } = await answersDuring([server()], keepPrevious);
    expect(seen).toEqual([whole]);
    expect(left).toEqual(keepPrevious ? ["brood", "brood--previous"] : ["brood"]);
  });
});

onNodes("queries that wait for the old index during the switch, on every node of a cluster", () => {
  it("are answered with all of their rows", async () => {
    const { nodes, close } = await startCluster(3);
    onTestFinished(close);
    const { seen, left } = await answersDuring(nodes);
    expect(seen).toEqual([whole, whole, whole]);
    expect(left).toEqual(["brood"]);
  });
});
