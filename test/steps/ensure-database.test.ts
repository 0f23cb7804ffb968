import { describe, expect, it } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import { ensureDatabase } from "../../src/kinds/ensure-database.js";
import { contextOf, fakeCouch } from "./fake-couch.js";

const desired = { name: "zerglings", partitioned: false };
const creating = (create: typeof desired) => ({ create, limits: {} });
const target = { database: desired.name };
const newest = { version: "3.5.0", takesPartitions: true };
const observed = {
  name: "zerglings",
  incarnation: "1700000000",
  documents: 0,
  deleted: 0,
  bytes: 0,
  q: 2,
  n: 1,
  partitioned: false,
};

describe("diff", () => {
  it("creates a missing database", () => {
    const wanted = { ...desired, partitioned: true, q: 4 };
    expect(ensureDatabase.diff(wanted, undefined, target)).toEqual({
      action: "create",
      created: ["database/zerglings"],
      changes: [
        { path: "/name", before: null, after: "zerglings" },
        { path: "/partitioned", before: null, after: true },
        { path: "/q", before: null, after: 4 },
      ],
      rebuilds: [],
      warnings: [],
      write: { create: wanted, limits: {} },
    });
  });

  it.each([
    [{}, 0],
    [{ q: 2, n: 1 }, 0],
    [{ q: 8 }, 1],
    [{ q: 8, n: 3 }, 2],
  ])("leaves an existing database unchanged, and warns about other shards: %j", (shards, warnings) => {
    const difference = ensureDatabase.diff({ ...desired, ...shards }, { info: observed }, target);
    expect(difference).toMatchObject({ action: "none", changes: [] });
    expect(difference.warnings).toHaveLength(warnings);
  });

  it.each([true, false])("is refused if `partitioned` differs, and is not %s", (partitioned) => {
    const difference = ensureDatabase.diff(
      { ...desired, partitioned },
      { info: { ...observed, partitioned: !partitioned } },
      target,
    );
    expect(difference).toMatchObject({
      action: "refused",
      refusals: [{ code: "partitioned-is-fixed", database: "zerglings", partitioned: !partitioned }],
    });
    expect(difference).not.toHaveProperty("write");
  });
});

describe("limits", () => {
  const limited = { ...desired, revsLimit: 50, purgedInfosLimit: 7 };

  it.each([
    ["both differ", { revsLimit: 1_000, purgedInfosLimit: 9 }, { revsLimit: 50, purgedInfosLimit: 7 }, [null, 9]],
    ["one differs", { revsLimit: 50, purgedInfosLimit: 9 }, { purgedInfosLimit: 7 }, [9]],
  ])("of an existing database are changed: %s", (_, limits, wrong, former) => {
    const difference = ensureDatabase.diff({ ...limited, q: 8 }, { info: observed, limits }, target);
    expect(difference).toMatchObject({ action: "update", write: { limits: wrong }, kept: [{ path: "/q" }] });
    expect(difference.write).not.toHaveProperty("create");
    expect(difference.changes.map(({ path, after }) => [path.slice(1), after])).toEqual(Object.entries(wrong));
    expect(difference.former?.states).toMatchObject(former.map((before) => ({ before })));
  });

  it("hold if both are as declared", () => {
    const limits = { revsLimit: 50, purgedInfosLimit: 7 };
    expect(ensureDatabase.diff(limited, { info: observed, limits }, target)).toMatchObject({ action: "none" });
  });

  it("of a new database are set after its creation, and read again", async () => {
    const couch = fakeCouch({ reads: { "/zerglings/_revs_limit": 50, "/zerglings/_purged_infos_limit": 7 } });
    const { write, changes } = ensureDatabase.diff(limited, { server: newest }, target);
    expect(changes.map(({ path }) => path)).toEqual(["/name", "/revsLimit", "/purgedInfosLimit"]);
    await ensureDatabase.apply(write as NonNullable<typeof write>, contextOf(couch, limited));
    expect(couch.written.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["PUT", "/zerglings", undefined],
      ["PUT", "/zerglings/_revs_limit", 50],
      ["PUT", "/zerglings/_purged_infos_limit", 7],
    ]);
  });

  it("that CouchDB accepts and does not store are a failure", async () => {
    const couch = fakeCouch({ reads: { "/zerglings/_revs_limit": 1_000 } });
    const outcome = ensureDatabase.apply({ limits: { revsLimit: 50 } }, contextOf(couch, limited));
    await expect(outcome).rejects.toMatchObject({
      code: "not-applied",
      message: expect.stringContaining("_revs_limit of database zerglings, but it is 1000, not 50"),
    });
  });

  it.each([
    ["a new database", undefined, "refused"],
    ["an existing database", observed, "refused"],
  ])("are refused for %s if the server does not have them", async (_, info, action) => {
    const row = { doc_count: 0, instance_start_time: "1", props: {} };
    const couch = fakeCouch({
      version: "2.2.0",
      reads: info ? { "/zerglings": row, "/zerglings/_revs_limit": 50 } : {},
    });
    const seen = await ensureDatabase.observe(contextOf(couch, limited));
    expect(ensureDatabase.diff(limited, seen, target)).toMatchObject({
      action,
      refusals: [{ code: "no-purged-infos-limit", version: "2.2.0" }],
    });
  });
});

describe("what the server supports", () => {
  const server = { version: "2.3.1", takesPartitions: false, nodes: 2 };
  const wanted = { ...desired, partitioned: true };

  it("refuses a partitioned database on a CouchDB without them, and names the version with them", () => {
    expect(ensureDatabase.diff(wanted, { server }, target)).toMatchObject({
      action: "refused",
      refusals: [{ code: "no-partitions", database: "zerglings", version: "2.3.1" }],
    });
    expect(ensureDatabase.diff(desired, { server }, target)).toMatchObject({ action: "create" });
  });

  it.each([
    [3, 2, [{ code: "n-above-nodes", database: "zerglings", is: 2, asked: 3 }]],
    [2, 2, []],
    [1, 2, []],
    [3, undefined, []],
  ])("n=%s with %s nodes", (n, nodes, warnings) => {
    const seen = { server: { version: "3.5.0", takesPartitions: true, ...(nodes ? { nodes } : {}) } };
    expect(ensureDatabase.diff({ ...desired, n }, seen, target)).toMatchObject({ action: "create", warnings });
  });

  it.each([
    ["3.0.0", undefined, true],
    ["2.3.1", ["scheduler"], false],
    ["2.3.1", undefined, false],
    ["2.1.1", ["partitioned"], true],
  ])("CouchDB %s with the features %j: %s", async (version, features, expected) => {
    const couch = fakeCouch({ version, reads: { "/": { couchdb: "Welcome", version, features } } });
    expect(await ensureDatabase.observe(contextOf(couch, wanted))).toMatchObject({
      server: { takesPartitions: expected },
    });
  });

  it("reads nothing more for a database without partitions and copies", async () => {
    const couch = fakeCouch({ version: "2.3.1" });
    await ensureDatabase.observe(contextOf(couch, desired));
    expect(ensureDatabase.lifecycle?.dependsOnServer?.(desired)).toBe(false);
    expect(couch.requests.reads).toBeLessThanOrEqual(2);
  });
});

describe("apply", () => {
  const row = (partitioned: boolean) => ({ doc_count: 0, instance_start_time: "1", props: { partitioned } });
  const exists = () => ({ status: 412, body: { error: "file_exists" } });
  const failed = () => new MigrateError("request-failed", { message: "500 conflict" });

  it("sends no parameter that the step does not set", async () => {
    const couch = fakeCouch();
    await ensureDatabase.apply(creating(desired), contextOf(couch, desired));
    expect(couch.written).toEqual([
      { method: "PUT", path: "/zerglings", query: { q: undefined, n: undefined, partitioned: undefined } },
    ]);
  });

  it("encodes the name", async () => {
    const couch = fakeCouch();
    await ensureDatabase.apply(creating({ name: "a/b+c", partitioned: false }), contextOf(couch, desired));
    expect(couch.written[0]?.path).toBe("/a%2Fb%2Bc");
  });

  it.each([
    ["somebody else created it first", exists, row(false), undefined],
    ["concurrent creations got a 500", failed, row(false), undefined],
    ["somebody else created it with another `partitioned`", exists, row(true), "refused"],
    ["creation failed, and the database does not exist", failed, undefined, "request-failed"],
  ])("%s", async (_, reply, there, code) => {
    const couch = fakeCouch({ reads: there ? { "/zerglings": there } : {}, writes: { "PUT /zerglings": reply } });
    const outcome = ensureDatabase.apply(creating(desired), contextOf(couch, desired));
    if (code === undefined) await outcome;
    else await expect(outcome).rejects.toMatchObject({ code });
  });
});

describe("apply reads back what CouchDB's answer does not show", () => {
  const made = (info: object) =>
    fakeCouch({ reads: { "/zerglings": { doc_count: 0, instance_start_time: "1", ...info } } });

  it("fails if the new database is not partitioned", async () => {
    const wanted = { ...desired, partitioned: true };
    await expect(ensureDatabase.apply(creating(wanted), contextOf(made({}), wanted))).rejects.toMatchObject({
      code: "not-applied",
      message: expect.stringContaining("database zerglings"),
    });
    const right = made({ props: { partitioned: true } });
    expect(await ensureDatabase.apply(creating(wanted), contextOf(right, wanted))).toEqual([]);
  });

  it("fails if the new database does not exist", async () => {
    const wanted = { ...desired, q: 2 };
    await expect(ensureDatabase.apply(creating(wanted), contextOf(fakeCouch(), wanted))).rejects.toMatchObject({
      message: expect.stringContaining("database zerglings"),
    });
  });

  it.each([
    ["q", { q: 2 }, { q: 8, n: 1 }, "q of the new database is 8, not 2"],
    ["more copies", { n: 1 }, { q: 2, n: 3 }, "n of the new database is 3, not 1"],
  ])("fails if the new database was created with another %s", async (_, asked, cluster, message) => {
    const wanted = { ...desired, ...asked };
    await expect(ensureDatabase.apply(creating(wanted), contextOf(made({ cluster }), wanted))).rejects.toMatchObject({
      code: "not-applied",
      message: expect.stringContaining(message),
    });
  });

  it("warns if CouchDB chose other shards", async () => {
    const wanted = { ...desired, q: 8, n: 3 };
    expect(await ensureDatabase.apply(creating(wanted), contextOf(made({ cluster: { q: 8, n: 1 } }), wanted))).toEqual([
      { code: "n-above-nodes", database: "zerglings", is: 1, asked: 3 },
    ]);
  });
});

describe("check", () => {
  it("refuses the tool's own database", () => {
    expect(ensureDatabase.check?.spec?.({ name: "couchdb-migrate", partitioned: false })).toMatchObject([
      { path: "/name", code: "own-database" },
    ]);
    expect(ensureDatabase.check?.spec?.(desired)).toEqual([]);
  });

  it.each([
    ["zerglings", true],
    ["a/b_$()+-9", true],
    ["_users", true],
    ["_global_changes", true],
    ["Bad", false],
    ["_bad", false],
    ["a.b", false],
    ["9a", false],
    ["a*", false],
    ["", false],
  ])("the name %j: %s", (name, right) => {
    const pattern = new RegExp(ensureDatabase.schema.properties?.name?.pattern ?? "never", "u");
    expect(pattern.test(name)).toBe(right);
  });
});
