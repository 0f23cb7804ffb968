/** Admins and configuration belong to each node: what the steps that write to every node do on three real ones. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { hashFor, parseHash } from "../../src/couch/password-hash.js";
import { firstLook } from "../../src/engine/fast-path/first-look.js";
import { apply, type Event, loadMigrations } from "../../src/index.js";
import { must, until } from "../support/request.js";
import { type Cluster, type CouchNode, onNodes, startCluster } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { expectCookie, expectLogin, sections, steps } from "./scene.js";

onNodes("three nodes", () => {
  let cluster: Cluster;
  let nodes: readonly CouchNode[];
  let a: CouchNode;
  let b: CouchNode;
  let c: CouchNode;
  beforeAll(async () => {
    cluster = await startCluster(3);
    nodes = cluster.nodes;
    [a, b, c] = nodes as [CouchNode, CouchNode, CouchNode];
  });
  afterAll(() => cluster?.close());

  let name = "";
  let count = 0;
  beforeEach(() => {
    count += 1;
    name = `queen-${count}`;
  });

  const admin = (password: string) =>
    `- id: admin\n  ensureAdmin: { name: ${name}, password: ${JSON.stringify(password)} }\n`;
  const level = (value: string) => `- id: level\n  ensureConfig: { ${name}: { level: ${value} } }\n`;
  const setAdmin = (node: CouchNode, hash: string) =>
    must(node, "PUT", `/_node/_local/_config/admins/${name}`, { body: hash });
  const setLevel = (node: CouchNode, value: string) =>
    must(node, "PUT", `/_node/_local/_config/${name}/level`, { body: value });
  const hashes = async () => (await sections(nodes, "admins")).map((admins) => admins[name]);
  const levels = async () => (await sections(nodes, name)).map((values) => values.level);
  const sha256 = (password: string) => hashFor("3.5.0", password);
  const sha1 = (password: string) => hashFor("3.3.0", password);

  it("have the limits of a database, and its shards are split once, by a run that is stopped and three that follow", async () => {
    await must(a, "PUT", `/${name}?q=2`);
    const docs = Array.from({ length: 500 }, (_, n) => ({ _id: `drone-${n}` }));
    await must(a, "POST", `/${name}/_bulk_docs`, { body: { docs } });
    const yaml = `- id: db\n  ensureDatabase: { name: ${name}, q: 8, reshard: true, revsLimit: 50 }\n`;
    const { applyThrough, planThrough } = await steps(yaml);
    const stop = new AbortController();
    const emit = ({ type }: Event) => type === "step-progress" && stop.abort();
    await applyThrough(a, { signal: stop.signal, emit }).catch(() => {});
    expect(stop.signal.aborted).toBe(true);

    const results = await Promise.all([a, b, c].map((node) => applyThrough(node)));
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    for (const node of nodes) {
      const isSplit = await until(
        () => must(node, "GET", `/${name}`),
        ({ cluster }) => cluster.q === 8,
      );
      expect(isSplit).toMatchObject({ cluster: { q: 8, n: 3 }, doc_count: 500 });
      expect(await must(node, "GET", `/${name}/_revs_limit`)).toBe(50);
    }
    const { shards } = await must(b, "GET", `/${name}/_shards`);
    expect(Object.values(shards).map((copies) => (copies as string[]).length)).toEqual(Array(8).fill(3));
    const { jobs } = await must(c, "GET", "/_reshard/jobs");
    expect(jobs.filter(({ source }: { source: string }) => source.includes(`/${name}.`))).toEqual([]);
    expect((await planThrough(c)).changes).toBe(0);
  });

  it("are not asked to split shards while resharding is stopped", async () => {
    await must(a, "PUT", `/${name}?q=2`);
    const { applyThrough } = await steps(`- id: db\n  ensureDatabase: { name: ${name}, q: 4, reshard: true }\n`);
    await must(a, "PUT", "/_reshard/state", { body: { state: "stopped", reason: "a backup" } });
    try {
      expect((await applyThrough(b)).failures).toMatchObject([
        { code: "refused", message: expect.stringContaining('resharding is stopped ("a backup")') },
      ]);
    } finally {
      await must(a, "PUT", "/_reshard/state", { body: { state: "running" } });
    }
  });

  it("get one identical hash and value from six concurrent runners, through all nodes", async () => {
    const { applyThrough, planThrough } = await steps(admin("brood") + level("high"));
    const results = await Promise.all([a, b, c, a, b, c].map((node) => applyThrough(node)));
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.filter(({ applied }) => applied.length > 0)).toMatchObject([{ applied: ["admin", "level"] }]);
    const [hash, ...others] = await hashes();
    expect(parseHash(hash ?? "")).toMatchObject({ digest: "sha256", iterations: 600_000 });
    expect(others).toEqual([hash, hash]);
    expect(await levels()).toEqual(["high", "high", "high"]);
    await expectLogin(nodes, { name, password: "brood" });
    await expectCookie(nodes, { name, password: "brood" });
    for (const node of nodes) {
      expect(await planThrough(node)).toMatchObject({ changes: 0 });
      expect(await applyThrough(node)).toMatchObject({ result: "unchanged", requests: { writes: 0 }, warnings: [] });
    }
  });

  it("are named by the plan if they differ, and repaired by the next run", async () => {
    const { applyThrough, planThrough } = await steps(admin("brood") + level("high"));
    await applyThrough(a);
    await setAdmin(b, await sha1("something else"));
    await setLevel(c, "low");
    const { changes, steps: planned } = await planThrough(a);
    expect(changes).toBe(2);
    expect(planned.map(({ state, changes }) => [state, changes])).toEqual([
      ["drifted", [{ path: `/nodes/${b.name}`, before: "another password", after: "set" }]],
      [
        "drifted",
        [{ path: `/${name}/level`, before: { [a.name]: "high", [b.name]: "high", [c.name]: "low" }, after: "high" }],
      ],
    ]);
    expect(await applyThrough(b)).toMatchObject({ applied: ["admin", "level"], failures: [] });
    expect(new Set(await hashes()).size).toBe(1);
    expect(await levels()).toEqual(["high", "high", "high"]);
    await expectLogin(nodes, { name, password: "brood" });
  });

  it("accept an admin's password that a configuration value would mangle", async () => {
    const password = " a✓ ";
    const { applyThrough } = await steps(admin(password));
    expect(await applyThrough(c)).toMatchObject({ applied: ["admin"] });
    await expectLogin(nodes, { name, password });
    expect(await applyThrough(c)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  it("keep an admin's legacy hash of ten iterations", async () => {
    const legacy = await sha1("brood");
    for (const node of nodes) await setAdmin(node, legacy);
    const { applyThrough } = await steps(admin("brood"));
    expect(await applyThrough(a)).toMatchObject({ applied: [], adopted: ["admin"] });
    expect(await hashes()).toEqual([legacy, legacy, legacy]);
  });

  it("get one hash if each had its own salt, so that a cookie from one is valid on all", async () => {
    const salted = await Promise.all(nodes.map(() => sha256("brood")));
    for (const [i, node] of nodes.entries()) await setAdmin(node, salted[i] ?? "");
    await expect(expectCookie(nodes, { name, password: "brood" })).rejects.toThrow();
    const { applyThrough } = await steps(admin("brood"));
    expect(await applyThrough(b)).toMatchObject({ applied: ["admin"] });
    const now = await hashes();
    expect(new Set(now).size).toBe(1);
    expect(salted).toContain(now[0]);
    await expectCookie(nodes, { name, password: "brood" });
  });

  it("lock nobody out when six runs set a new password", async () => {
    const hash = await sha256("brood");
    for (const node of nodes) await setAdmin(node, hash);
    const { applyThrough, planThrough } = await steps(admin("swarm"));
    for (const node of [a, a, a, a, a, a]) expect(await planThrough(node)).toMatchObject({ changes: 1 });
    await expectLogin(nodes, { name, password: "brood" });
    await Promise.all([a, a, b, b, c, c].map((node) => applyThrough(node)));
    await expectLogin(nodes, { name, password: "swarm" });
  });

  it("lose an admin and a value, but not the admin that the run logs in as", async () => {
    const hash = await sha1("brood");
    for (const node of nodes) await setAdmin(node, hash);
    await setLevel(b, "high");
    const text = `- id: admin\n  removeAdmin: { name: ${name} }\n- id: level\n  removeConfig: { ${name}: [level] }\n`;
    const { applyThrough, planThrough } = await steps(text);
    expect((await planThrough(a)).steps.map(({ action }) => action)).toEqual(["refused", "refused"]);
    expect((await applyThrough(a)).failures).toMatchObject([{ id: "admin", code: "refused" }]);
    expect(await hashes()).toEqual([hash, hash, hash]);
    const allowed = { allowDestroy: true };
    expect(await applyThrough(a, allowed)).toMatchObject({ applied: ["admin", "level"], failures: [] });
    expect(await hashes()).toEqual([undefined, undefined, undefined]);
    expect(await levels()).toEqual([undefined, undefined, undefined]);
    expect(await applyThrough(c)).toMatchObject({ result: "unchanged" });

    const own = await steps(`- id: own\n  removeAdmin: { name: ${cluster.admin.name} }\n`);
    expect((await own.applyThrough(b, allowed)).failures).toMatchObject([
      { id: "own", code: "refused", message: expect.stringContaining("logs in as") },
    ]);
    await expectLogin(nodes, cluster.admin);
  });

  it("keep a run with nothing to do short, and show it what was done through another node", async () => {
    const hives = [1, 2, 3, 4, 5].map((number) => `${name}-hive-${number}`);
    const yaml = hives.map((hive) => `- id: ${hive}\n  ensureDatabase: { name: ${hive} }\n`).join("");
    const folder = await tempFolder({ "001.yaml": yaml });
    const run = async ({ url, admin: { name: username, password } }: CouchNode) => {
      const options = { connection: { url, username, password }, set: name, wait: 5_000 };
      const first = await firstLook(folder, {}, options);
      if ("result" in first) return { short: true, result: first.result };
      return { short: false, result: await apply(await loadMigrations(folder, { env: {} }), options, first.look) };
    };
    // A node learns of a new or deleted database a moment later than the one that got the request.
    const inTime = (node: CouchNode, done: (ended: Awaited<ReturnType<typeof run>>) => boolean) =>
      until(() => run(node), done, 20);
    expect((await run(a)).result.applied.toSorted()).toEqual(hives);
    for (const node of nodes) {
      expect(await inTime(node, ({ short }) => short)).toMatchObject({ result: { requests: { reads: 3, writes: 0 } } });
    }
    await must(b, "DELETE", `/${hives[2]}`);
    expect(await inTime(c, ({ short }) => !short)).toMatchObject({ result: { applied: [hives[2]] } });
    for (const node of nodes) expect((await inTime(node, ({ short }) => short)).result.unchanged).toEqual(hives);
  });

  it("do not hide that one of them is down", async () => {
    const holding = await steps(admin("brood") + level("high"));
    await holding.applyThrough(a);
    await c.kill();
    const down = `node ${c.name} is down and was not checked`;

    const unchanged = await holding.applyThrough(a);
    expect(unchanged).toMatchObject({ result: "unchanged", failures: [], requests: { writes: 0 } });
    expect(unchanged.warnings.map(({ id, message }) => [id, message])).toEqual([
      ["admin", down],
      ["level", down],
    ]);
    const planned = await holding.planThrough(b);
    expect(planned).toMatchObject({ changes: 0 });
    expect(planned.steps.map(({ notes }) => notes)).toEqual([[down], [down]]);

    const pending = await steps(level("low"));
    await expect(pending.applyThrough(a, { wait: 1_000 })).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining(c.name),
      data: { nodes: [c.name] },
    });
    expect((await sections([a, b], name)).map((values) => values.level)).toEqual(["high", "high"]);
  });
});
