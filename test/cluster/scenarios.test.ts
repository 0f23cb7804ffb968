/** Runners that share a ledger and a lease on a cluster of three: nodes race, stop and hang, and runners die. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureLedgerDatabase } from "../../src/ledger/database.js";
import { takeLease } from "../../src/ledger/lease.js";
import { connect, contend, options } from "../ledger/clients.js";
import { startCli } from "../support/cli.js";
import { startProxy } from "../support/proxy.js";
import { type Addressed, must, request, until } from "../support/request.js";
import { type Cluster, type CouchNode, everyNodeKnowsAll, onNodes, startCluster } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { steps } from "./scene.js";

onNodes("three nodes", () => {
  let cluster: Cluster;
  let nodes: readonly CouchNode[];
  let [a, b, c] = [] as unknown as [CouchNode, CouchNode, CouchNode];
  beforeAll(async () => {
    // A request to a hanging node, refused after a minute by default, is refused after seconds here: still longer than
    // a runner waits.
    cluster = await startCluster(3, { ini: { fabric: { request_timeout: 4_000 } } });
    nodes = cluster.nodes;
    [a, b, c] = nodes as [CouchNode, CouchNode, CouchNode];
  });
  afterAll(() => cluster?.close());

  const ledgerOf = (set: string, node: Addressed = a) =>
    must(node, "GET", `/couchdb-migrate/_local/couchdb-migrate-${set}`);
  const leaseOf = (set: string) => must(a, "GET", `/couchdb-migrate/lease-${set}`);

  describe.concurrent("new", () => {
    it("scenario 1: six runners that are all told that the ledger's database already exists apply each step once", async () => {
      const proxies = await Promise.all(nodes.map((node) => startProxy(node.url)));
      const exists = { status: 412, body: { error: "file_exists", reason: "It exists." }, acted: true };
      const isPut = ({ method, path }: { method: string; path: string }) =>
        method === "PUT" && path.startsWith("/couchdb-migrate?");
      for (const proxy of proxies) {
        proxy.faultWhen(isPut, exists, Number.POSITIVE_INFINITY);
      }
      const docs = Array.from({ length: 20 }, (_, i) => ({ _id: `drone-${i}`, legs: 6 }));
      // What an earlier attempt has left behind.
      for (const name of ["hive", "brood", "couchdb-migrate"]) await request(a, "DELETE", `/${name}`);
      await must(a, "PUT", "/hive");
      await must(a, "POST", "/hive/_bulk_docs", { body: { docs } });
      const yaml = `
- id: brood
  ensureDatabase: { name: brood }
- id: brood-security
  ensureSecurity: { database: brood, members: { roles: [zerg] } }
- id: brood-documents
  ensureDocuments: { database: brood, docs: [{ _id: zasz }] }
- id: legs
  transformDocuments: { database: hive, script: legs.mjs }
`;
      const files = { "legs.mjs": "export default (doc) => ({ ...doc, legs: doc.legs + 1 });\n" };
      const { applyThrough } = await steps(yaml, {}, { wait: 60_000 }, files);
      const through = [...proxies, ...proxies].map(({ url }) => ({ url, admin: a.admin }));
      const results = await Promise.all(through.map((node) => applyThrough(node)));
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      const creations = proxies.flatMap((proxy) => proxy.requests).filter(isPut);
      // If several are sent concurrently, CouchDB itself may answer all of them that it exists, and yet have created
      // it.
      expect(creations.length).toBeGreaterThan(0);
      const done = results.flatMap(({ applied, adopted }) => [...applied, ...adopted]);
      expect(done.sort()).toEqual(["brood", "brood-documents", "brood-security", "legs"]);
      const { rows } = await must(b, "GET", "/hive/_all_docs?include_docs=true");
      expect(rows.map(({ doc }: { doc: { legs: number } }) => doc.legs)).toEqual(docs.map(() => 7));
      await Promise.all(proxies.map((proxy) => proxy.close()));
    });

    it.each(["x", "y", "z"])(
      "scenario 2: the lease's database is created through three nodes across the turn of a second: one holder at a time (%s)",
      async (which) => {
        const place = { database: `couchdb-migrate-across-${which}`, set: "s", own: true };
        const never = new AbortController().signal;
        // Its shard map holds the second of its creation: before the turn of a second on one node, after it on another.
        await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000) - 5));
        for (const node of nodes) {
          void request(node, "PUT", `/${place.database}?q=1`).catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 3));
        }
        const { overlaps, tokens } = await contend(
          [a, b, c, a, b, c].map((node, i) => async () => {
            const couch = connect(node);
            await ensureLedgerDatabase(couch, place, { emit: () => {}, signal: never });
            return takeLease(couch, place, options(`runner-${i}`));
          }),
        );
        expect(overlaps).toEqual([]);
        expect(tokens).toHaveLength(6);
        expect(tokens).toEqual([...new Set(tokens)].sort((x, y) => x - y));
        // Whatever the nodes thought in the meantime: they agreed by the time the first document was written.
        const { instance_start_time: made } = await must(a, "GET", `/${place.database}`);
        const first = await firstWrite(place.database);
        expect(first - Number(made) * 1_000).toBeGreaterThanOrEqual(5_000);
      },
      120_000,
    );

    /**
     * Milliseconds; when the oldest surviving revision of the lease was written, by its writer's clock, which
     * is this machine's. A copy that was down has the history of a revision, but not always its bodies.
     */
    async function firstWrite(database: string): Promise<number> {
      const { _revisions: known } = await must(a, "GET", `/${database}/lease-s?revs=true`);
      for (const [i, id] of [...known.ids].reverse().entries()) {
        const { status, body } = await request(a, "GET", `/${database}/lease-s?rev=${i + 1}-${id}`);
        if (status === 200) return Date.parse(body.since);
      }
      throw new Error("the lease has no readable revision");
    }
  });

  it("scenario 5: a runner is killed while it works; the next one takes over, with a larger token", async () => {
    const cwd = await tempFolder({
      "migrations/001.yaml": ["larva", "egg", "drone"]
        .map((name) => `- id: ${name}\n  ensureDatabase: { name: ${name} }\n`)
        .join(""),
    });
    const proxy = await startProxy(a.url);
    const run = (url: string, holder: string) =>
      startCli(["apply", "--set", "killed", "--concurrency", "1", "--lease-ttl", "5s", "--format", "json"], {
        cwd,
        env: { COUCHDB_URL: url.replace("//", "//admin:secret@"), COUCHDB_MIGRATE_HOLDER: holder },
      });
    const victim = run(proxy.url, "hatchery-0");
    proxy.faultWhen(({ method, path }) => method === "PUT" && path.startsWith("/egg"), {
      after: async () => {
        victim.child.kill("SIGKILL");
        await victim.result;
      },
    });
    const died = await victim.result;
    expect(died.signal, died.stderr).toBe("SIGKILL");
    const left = await leaseOf("killed");
    expect(left.holder).toMatch(/^hatchery-0/);
    const { code, stdout, stderr } = await run(b.url, "hatchery-1").result;
    expect(code, stderr).toBe(0);
    const { applied, adopted } = JSON.parse(stdout);
    expect([...applied, ...adopted].sort()).toEqual(["drone", "egg", "larva"]);
    expect(stderr).toContain("hatchery-0");
    const freed = await leaseOf("killed");
    expect(freed.holder).toBeNull();
    expect(freed.token).toBeGreaterThan(left.token);
    await proxy.close();
  });

  it("scenario 6: with one node of three stopped, the run succeeds; with two stopped, it fails, and the ledger claims nothing", async () => {
    const yaml = (name: string) => `
- id: ${name}
  ensureDatabase: { name: ${name} }
- id: ${name}-documents
  ensureDocuments: { database: ${name}, docs: [{ _id: zasz }] }
`;
    const one = await steps(yaml("one"));
    const two = await steps(yaml("two"));
    await c.kill();
    try {
      expect(await one.applyThrough(a)).toMatchObject({ applied: ["one", "one-documents"], failures: [] });
      await b.kill();
      const failed = await two.applyThrough(a, { leaseTtl: 2_000, connection: quick(a) }).catch((error) => error);
      expect(failed).toMatchObject({ code: "below-quorum" });
    } finally {
      await Promise.all([b.start(), c.start()]);
      await everyNodeKnowsAll(nodes);
    }
    for (const node of nodes) {
      const { status, body } = await request(node, "GET", `/couchdb-migrate/_local/couchdb-migrate-${two.set}`);
      expect(status === 404 ? [] : Object.keys(body.entries)).toEqual([]);
    }
    expect(await two.applyThrough(c)).toMatchObject({ failures: [] });
    expect(Object.keys((await ledgerOf(two.set)).entries).sort()).toEqual(["two", "two-documents"]);
  });

  it("scenario 7: one node hangs, and a refused write is answered after its time-out: the lease still passes between runners", async () => {
    const place = { database: "couchdb-migrate", set: "refused", own: true };
    await ensureLedgerDatabase(connect(a), place, { emit: () => {}, signal: new AbortController().signal });
    const proxies = await Promise.all([a, b].map((node) => startProxy(node.url)));
    c.pause();
    try {
      const tokens: number[] = [];
      // They start from the same revision, so that all but one are refused.
      const through = [...proxies, ...proxies].map(({ url }) => connect({ url, admin: a.admin }));
      await Promise.all(
        through.map(async (couch, i) => {
          const lease = await takeLease(couch, place, options(`runner-${i}`));
          tokens.push(lease.token);
          expect(await lease.release()).toBe(true);
        }),
      );
      expect(tokens).toHaveLength(through.length);
      expect(tokens).toEqual([...new Set(tokens)].sort((x, y) => x - y));
      // By then, nobody was waiting for the answer.
      const refused = () => proxies.flatMap(({ requests }) => requests).filter(({ status }) => status === 409);
      await until(async () => refused().length, Boolean);
    } finally {
      c.resume();
    }
    await everyNodeKnowsAll(nodes);
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  it("scenario 7: one node hangs: no step waits longer than its time-out, and the run completes", async () => {
    const { applyThrough, set } = await steps(`
- id: swarm
  ensureDatabase: { name: swarm }
- id: swarm-documents
  ensureDocuments: { database: swarm, docs: [{ _id: zasz }, { _id: daggoth }] }
- id: swarm-views
  ensureDesignDocs: { database: swarm, docs: { v: { views: { all: { map: "function (doc) { emit(1); }" } } } } }
`);
    c.pause();
    try {
      // They compete, so that some of them write to a revision that is gone by then.
      const through = [a, b, a, b, a];
      const results = await Promise.all(
        through.map((node) => applyThrough(node, { connection: quick(node), wait: 30_000 })),
      );
      expect(results.flatMap(({ failures }) => failures)).toEqual([]);
      const done = results.flatMap(({ applied, adopted }) => [...applied, ...adopted]);
      expect(done.sort()).toEqual(["swarm", "swarm-documents", "swarm-views"]);
      expect(Object.keys((await ledgerOf(set, b)).entries)).toHaveLength(3);
    } finally {
      c.resume();
    }
    // Until the node learns that the others had given up on it, it answers for itself.
    await until(
      () => request(c, "GET", "/swarm/_design/v?r=3"),
      ({ status }) => status === 200,
    );
    await everyNodeKnowsAll(nodes);
    expect(await applyThrough(c)).toMatchObject({ result: "unchanged", failures: [] });
  });
});

function quick({ url, admin }: Addressed) {
  return { url, username: admin.name, password: admin.password, requestTimeout: 2_000 };
}
