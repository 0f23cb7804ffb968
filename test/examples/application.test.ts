/** The examples do what their READMEs say. The replication and the partitions need a separate CouchDB. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApplyOptions, apply, loadMigrations, type Migrations, plan } from "../../src/index.js";
import { must, request, until } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";

onNodes("a whole application", () => {
  let node: CouchNode;
  let migrations: Migrations;
  let options: ApplyOptions;

  beforeAll(async () => {
    node = await startCouchDB();
    const { name, password } = node.admin;
    migrations = await loadMigrations("examples/application/migrations", {
      env: {
        COUCHDB_USERNAME: name,
        COUCHDB_PASSWORD: password,
        COUCHDB_INTERNAL_URL: node.url,
        REFEREE_PASSWORD: "whistle",
        GATEWAY_PASSWORD: "door",
      },
    });
    options = { connection: { url: node.url, username: name, password }, set: "application" };
  });
  afterAll(() => node.close());

  test("is applied to an empty server, and then has nothing to do", async () => {
    const before = await plan(migrations, options);
    expect(before.changes).toBe(migrations.steps.length - 1);
    const result = await apply(migrations, options);
    expect(result.failures).toEqual([]);
    expect(result.adopted).toEqual(["admin"]);
    expect(result.applied).toHaveLength(migrations.steps.length - 1);

    const again = await apply(migrations, options);
    expect(again).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    const verified = await apply(migrations, { ...options, verify: true });
    expect(verified).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    const after = await plan(migrations, { ...options, verify: true });
    expect(after.steps.filter((step) => step.action !== "none")).toEqual([]);
  });

  test("serves the application", async () => {
    const match = {
      type: "match",
      map: "map:ash-delta",
      players: ["zoe", "yan"],
      startedAt: "2026-03-01T18:00:00Z",
      finishedAt: "2026-03-01T18:45:00Z",
      winner: "zoe",
    };
    await must(node, "PUT", "/matches/match:1", { body: match });
    const played = await must(node, "GET", "/matches/_design/statistics/_view/by-player?group_level=1");
    expect(played).toMatchObject({
      rows: [
        { key: ["yan"], value: { won: 0, played: 1 } },
        { key: ["zoe"], value: { won: 1, played: 1 } },
      ],
    });
    const lasted = await must(node, "GET", "/matches/_design/statistics/_view/duration");
    expect(lasted).toMatchObject({ rows: [{ value: { sum: 45 } }] });
    const refused = await request(node, "PUT", "/matches/match:2", { body: { ...match, winner: "nobody" } });
    expect(refused.status).toBe(403);
    expect(await must(node, "GET", "/players/player:nal")).toMatchObject({ motto: "one more game…" });
    // The gateway's user may read; its password was hashed here.
    const gateway = { name: "gateway", password: "door" };
    expect(await must(node, "GET", "/matches/map:ash-delta", { as: gateway })).toMatchObject({ name: "Ash Delta" });
    const archived = () => request(node, "GET", "/matches-archive/match:1");
    expect((await until(archived, ({ status }) => status === 200)).body).toMatchObject({ winner: "zoe" });
  });
});

onNodes("one template for fifty databases", () => {
  let node: CouchNode;
  let migrations: Migrations;
  let options: ApplyOptions;
  const tenants = Array.from({ length: 50 }, (_, i) => `tenant-${String(i + 1).padStart(2, "0")}`);

  beforeAll(async () => {
    node = await startCouchDB();
    migrations = await loadMigrations("examples/tenants/migrations", { env: {} });
    const { name, password } = node.admin;
    options = { connection: { url: node.url, username: name, password }, set: "tenants", concurrency: 8 };
    for (const tenant of [...tenants, "unrelated"]) await must(node, "PUT", `/${tenant}`);
  });
  afterAll(() => node.close());

  test("updates each of them, and no other database", async () => {
    const result = await apply(migrations, options);
    expect(result.failures).toEqual([]);
    for (const tenant of tenants) {
      expect(await must(node, "GET", `/${tenant}/_design_docs`)).toMatchObject({ total_rows: 2 });
      expect(await must(node, "GET", `/${tenant}/settings`)).toMatchObject({ currency: "EUR" });
    }
    expect(await must(node, "GET", "/unrelated/_all_docs")).toMatchObject({ rows: [] });
    expect(await apply(migrations, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test("updates a database that appears later, even though the steps are in the ledger", async () => {
    await must(node, "PUT", "/tenant-51");
    const planned = await plan(migrations, options);
    for (const step of planned.steps) {
      expect(step.state).toBe("pending");
      const due = Object.entries(step.databases).filter(([, { action }]) => action !== "none");
      expect(due.map(([name]) => name)).toEqual(["tenant-51"]);
    }
    expect((await apply(migrations, options)).failures).toEqual([]);
    expect(await must(node, "GET", "/tenant-51/settings")).toMatchObject({ currency: "EUR" });
  });

  test("reports a failure in one database, and updates the others", async () => {
    await must(node, "PUT", "/tenant-52");
    await must(node, "PUT", "/tenant-53");
    const stubborn = {
      validate_doc_update: "function (doc) { if (doc._id === 'settings') throw { forbidden: 'no' }; }",
    };
    await must(node, "PUT", "/tenant-52/_design/stubborn", { body: stubborn });
    const result = await apply(migrations, options);
    expect(result.result).toBe("failed");
    expect(result.failures.map(({ id, database }) => [id, database])).toEqual([["tenant-settings", "tenant-52"]]);
    expect(await must(node, "GET", "/tenant-53/settings")).toMatchObject({ currency: "EUR" });
  });
});
