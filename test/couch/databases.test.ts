import { afterEach, beforeEach, expect, test } from "vitest";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { type DatabaseInfo, inventoryOf } from "../../src/couch/inventory.js";
import { path } from "../../src/couch/path.js";
import { type Behaviour, json, type MisbehavingServer, misbehavingServer } from "./support/misbehaving.js";

let server: MisbehavingServer;
let couch: Gateway;
/** Names by incarnation. */
let databases: Map<string, string>;
/** `_dbs_info` reports `not_found` for them, as for databases on a node that is down. */
let hidden: Set<string>;

beforeEach(async () => {
  server = await misbehavingServer();
  databases = new Map();
  hidden = new Set();
  server.behave(likeCouch);
  const signal = new AbortController().signal;
  couch = openCouch({ url: server.url }, { emit: () => {}, signal, readOnly: false, retry: { pause: 1 } });
});
afterEach(async () => {
  await couch.close();
  await server.close();
});

const missing = json(404, { error: "not_found", reason: "Database does not exist." });
const infoOf = (name: string) => ({
  db_name: name,
  instance_start_time: databases.get(name),
  doc_count: 3,
  doc_del_count: 1,
  sizes: { active: 700, external: 1, file: 9000 },
  props: name.startsWith("p") ? { partitioned: true } : {},
  cluster: { q: 2, n: 3, w: 2, r: 2 },
});
/** It does not show its shard maps: whoever requests the incarnations of many learns that from the first request. */
const noShardMaps = json(404, { error: "not_found", reason: "missing" });
const likeCouch: Behaviour = (request, response) => {
  if (request.path.startsWith("/_node/")) return noShardMaps(request, response);
  if (request.path.startsWith("/_all_dbs")) return json(200, ["_users", ...databases.keys()])(request, response);
  if (request.path !== "/_dbs_info") {
    const name = decodeURIComponent(request.path.slice(1));
    if (request.method === "PUT") return json(201, { ok: true, id: "doc", rev: "1-a" })(request, response);
    return databases.has(name) ? json(200, infoOf(name))(request, response) : missing(request, response);
  }
  const { keys } = JSON.parse(request.body) as { keys: string[] };
  const rows = keys.map((key) => {
    const found = databases.has(key) && !hidden.has(key);
    return found ? { key, info: infoOf(key) } : { key, error: "not_found" };
  });
  json(200, rows)(request, response);
};
const refuseDbsInfo =
  (status: number): Behaviour =>
  (request, response) => {
    if (request.path !== "/_dbs_info") return likeCouch(request, response);
    json(status, { error: "no", reason: "no" })(request, response);
  };
const sent = () => {
  const all = server.received.map(({ method, path }) => `${method} ${path}`);
  return all.filter((request) => !request.startsWith(shardMapListing));
};
const shardMapListing = "GET /_node/_local/_dbs/_all_docs";
const names = (count: number) => Array.from({ length: count }, (_, i) => `db${i}`);
const make = (all: readonly string[]) => {
  for (const name of all) databases.set(name, "1700000000");
};

test("what is known about a database", async () => {
  databases.set("p/x", "1700000000");
  expect(await inventoryOf(couch).info("p/x")).toEqual({
    name: "p/x",
    incarnation: "1700000000",
    documents: 3,
    deleted: 1,
    bytes: 700,
    q: 2,
    n: 3,
    partitioned: true,
  });
});

test.each([
  [1, 1],
  [25, 1],
  [26, 2],
  [100, 4],
  [250, 10],
])("%d existing databases take %d requests", async (count, requests) => {
  make(names(count));
  expect((await inventoryOf(couch).incarnations(names(count))).size).toBe(count);
  expect(sent()).toEqual(Array.from({ length: requests }, () => "POST /_dbs_info"));
});

test("shard maps are requested for four or more databases; only once if they are not available", async () => {
  const asked = () => server.received.filter(({ path }) => path.startsWith("/_node/")).length;
  make(names(6));
  await inventoryOf(couch).incarnations(names(3));
  expect(asked()).toBe(0);
  await inventoryOf(couch).incarnations(names(4));
  couch.forget();
  await inventoryOf(couch).incarnations(names(6));
  expect(asked()).toBe(1);
});

test("if shard maps are available, nothing else is requested, not even for one database", async () => {
  make(names(6));
  const suffix = [...Buffer.from(".1700000000")];
  server.behave((request, response) => {
    const rows = [...databases.keys()].map((id) => ({
      id,
      key: id,
      value: { rev: "1-a" },
      doc: { shard_suffix: suffix },
    }));
    return json(200, { rows })(request, response);
  });
  const found = await inventoryOf(couch).incarnations([...names(6), "gone"]);
  expect([found.size, found.get("db5"), found.get("gone")]).toEqual([7, "1700000000", undefined]);
  await inventoryOf(couch).look(names(6));
  expect(inventoryOf(couch).stamp(names(6))?.shardMaps).toEqual(Object.fromEntries(names(6).map((n) => [n, "1-a"])));
  await inventoryOf(couch).incarnations(["db1"]);
  expect(sent()).toEqual([]);
});

test("without shard maps, there is no stamp for a pattern, unless nothing matches", async () => {
  make(names(6));
  await inventoryOf(couch).look(names(6));
  expect(inventoryOf(couch).stamp(names(6))).toMatchObject({ databases: expect.anything(), matching: {} });
  expect(inventoryOf(couch).stamp([...names(6), "db*"])).toBeUndefined();
  expect(inventoryOf(couch).stamp([...names(6), "other*"])).toMatchObject({ matching: { "other*": {} } });
});

test("calls in one tick share a request, even for the same database", async () => {
  make(["a", "b"]);
  await Promise.all([
    inventoryOf(couch).info("a"),
    inventoryOf(couch).incarnations(["a", "b"]),
    inventoryOf(couch).info("b"),
  ]);
  expect(sent()).toEqual(["POST /_dbs_info"]);
});

test("while four requests are in flight, further names are collected for the next one", async () => {
  const all = Array.from({ length: 110 }, (_, i) => `db${i}`);
  make(all);
  const held: (() => void)[] = [];
  const found: Promise<DatabaseInfo | undefined>[] = [];
  await new Promise<void>((four) => {
    server.behave((request, response) => {
      if (request.path !== "/_dbs_info") likeCouch(request, response);
      else if (held.push(() => likeCouch(request, response)) === 4) four();
    });
    found.push(...all.slice(0, 100).map((name) => inventoryOf(couch).info(name)));
  });
  server.behave(likeCouch);
  for (const name of all.slice(100)) {
    found.push(inventoryOf(couch).info(name));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
  for (const answer of held) answer();
  expect((await Promise.all(found)).map((info) => info?.name)).toEqual(all);
  expect(sent().filter((one) => one === "POST /_dbs_info")).toHaveLength(5);
});

test("a known database is not requested again, whichever others it is listed with", async () => {
  make(["a", "b", "c"]);
  await inventoryOf(couch).incarnations(["a", "b"]);
  await inventoryOf(couch).info("b");
  await inventoryOf(couch).incarnations(["a"]);
  expect(sent()).toHaveLength(1);
});

test("a database is requested again after a write", async () => {
  make(["a"]);
  await inventoryOf(couch).info("a");
  databases.set("a", "1700000009");
  await couch.write("PUT", path`/a/doc`, { repeatable: true });
  expect((await inventoryOf(couch).info("a"))?.incarnation).toBe("1700000009");
});

test("an unsent request is answered, even if a write comes before it is sent", async () => {
  make(["a"]);
  const first = inventoryOf(couch).info("a");
  couch.forget("a");
  const second = inventoryOf(couch).info("a");
  expect(await Promise.all([first, second])).toMatchObject([{ name: "a" }, { name: "a" }]);
  expect(sent()).toEqual(["POST /_dbs_info"]);
});

test("a database is requested again after it is forgotten", async () => {
  expect(await inventoryOf(couch).info("a")).toBeUndefined();
  make(["a"]);
  couch.forget("a");
  expect(await inventoryOf(couch).info("a")).toBeDefined();
});

test("a database counts as absent only if GET /db says so", async () => {
  make(["here", "hidden"]);
  hidden.add("hidden");
  const found = await inventoryOf(couch).incarnations(["here", "hidden", "gone"]);
  expect(found).toEqual(
    new Map([
      ["here", "1700000000"],
      ["hidden", "1700000000"],
      ["gone", undefined],
    ]),
  );
  expect(sent().sort()).toEqual(["GET /gone", "GET /hidden", "POST /_dbs_info"]);
});

test("when many databases seem absent, one list confirms it", async () => {
  make(["hidden", "z"]);
  hidden.add("hidden");
  const asked = ["hidden", "a", "b", "z", "c"];
  const found = await inventoryOf(couch).incarnations(asked);
  expect([...found].flatMap(([name, incarnation]) => incarnation ?? name)).toEqual([
    "1700000000",
    "a",
    "b",
    "1700000000",
    "c",
  ]);
  expect(sent().sort()).toEqual([
    `GET /_all_dbs?start_key=${encodeURIComponent('"a"')}&end_key=${encodeURIComponent('"hidden"')}`,
    "GET /hidden",
    "POST /_dbs_info",
  ]);
});

test("each database is requested separately if the list is refused", async () => {
  server.behave((request, response) => {
    if (!request.path.startsWith("/_all_dbs")) return likeCouch(request, response);
    json(403, { error: "forbidden", reason: "admins only" })(request, response);
  });
  expect([...(await inventoryOf(couch).incarnations(names(4))).values()]).toEqual(names(4).map(() => undefined));
  expect(sent().filter((request) => request.startsWith("GET /db"))).toHaveLength(4);
});

test.each([
  ["1.x", 405],
  ["2.0", 404],
  ["1.x, which takes it for a database name", 400],
])("without _dbs_info (%s), each database is requested separately, and _dbs_info never again", async (_, status) => {
  make(["a", "b"]);
  server.behave(refuseDbsInfo(status));
  expect(await inventoryOf(couch).incarnations(["a", "c"])).toEqual(
    new Map([
      ["a", "1700000000"],
      ["c", undefined],
    ]),
  );
  await inventoryOf(couch).info("b");
  expect(sent().filter((request) => request === "POST /_dbs_info")).toHaveLength(1);
});

test("each database is requested separately if a database admin may not use _dbs_info", async () => {
  make(["a"]);
  server.behave((request, response) => {
    if (request.path !== "/_session") return refuseDbsInfo(401)(request, response);
    json(200, { userCtx: { name: "kerrigan", roles: [] } })(request, response);
  });
  const signal = new AbortController().signal;
  const asAdmin = openCouch({ url: server.url, username: "kerrigan", password: "x" }, { emit: () => {}, signal });
  expect(await inventoryOf(asAdmin).incarnations(["a", "b"])).toEqual(
    new Map([
      ["a", "1700000000"],
      ["b", undefined],
    ]),
  );
  await asAdmin.close();
});

test("an old CouchDB can't tell incarnations apart", async () => {
  databases.set("a", "0");
  expect((await inventoryOf(couch).info("a"))?.incarnation).toBe("0");
});

test("a failure reaches every caller, and is not cached", async () => {
  make(["a", "b"]);
  server.behave(json(413, { error: "too_large" }));
  const both = await Promise.allSettled([inventoryOf(couch).info("a"), inventoryOf(couch).info("b")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  server.behave(likeCouch);
  expect(await inventoryOf(couch).info("a")).toBeDefined();
});

test("databases are listed once for all patterns", async () => {
  make(["tenant-a", "tenant-b", "other"]);
  expect(await inventoryOf(couch).list()).toEqual(["_users", "tenant-a", "tenant-b", "other"]);
  expect(await inventoryOf(couch).list("tenant-*")).toEqual(["tenant-a", "tenant-b"]);
  expect(await inventoryOf(couch).list("*")).toEqual(["tenant-a", "tenant-b", "other"]);
  expect(sent()).toEqual(["GET /_all_dbs"]);
});

test("existing databases that match names and patterns stay known until they are read again", async () => {
  const inventory = inventoryOf(couch);
  make(["tenant-a", "tenant-b", "other"]);
  expect([...(await inventory.look(["tenant-*", "gone"])).keys()]).toEqual(["tenant-a", "tenant-b"]);
  expect(["tenant-a", "gone", "other"].map((name) => inventory.exists(name))).toEqual([true, false, false]);
  inventory.add("made");
  await inventory.look(["other"]);
  expect([...inventory.existing]).toEqual([["other", "1700000000"]]);
});

test("an unreadable database counts as existing if the caller accepts that", async () => {
  server.behave(json(403, { error: "forbidden", reason: "no" }));
  const inventory = inventoryOf(couch);
  await expect(inventory.look(["a"])).rejects.toThrow();
  expect([...(await inventory.look(["a"], () => "0"))]).toEqual([["a", "0"]]);
});

test("created databases are requested together; one that is missing is gone", async () => {
  const inventory = inventoryOf(couch);
  make(["a"]);
  for (const name of ["a", "b"]) inventory.add(name);
  expect(inventory.incarnation("a")).toBe("0");
  await inventory.settled();
  expect(inventory.incarnation("a")).toBe("1700000000");
  expect(["a", "b"].map((name) => [inventory.exists(name), inventory.isGone(name)])).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(sent()).toEqual(["POST /_dbs_info", "GET /b"]);
});
