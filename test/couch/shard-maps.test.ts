/** The shard maps of a node have the same incarnations as `_dbs_info`. */
import { expect, onTestFinished, test } from "vitest";
import { openCouch } from "../../src/couch/gateway.js";
import { inventoryOf } from "../../src/couch/inventory.js";
import { matchingRevisions, shardMapRevisions, shardMaps } from "../../src/couch/shard-maps.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { type Behaviour, json, misbehavingServer, text } from "./support/misbehaving.js";

function connect(url: string, admin?: { readonly name: string; readonly password: string }) {
  const connection = { url, ...(admin ? { username: admin.name, password: admin.password } : {}) };
  const couch = openCouch(connection, { emit: () => {}, signal: new AbortController().signal });
  onTestFinished(() => couch.close());
  return couch;
}

async function answering(behaviour: Behaviour) {
  const misbehaving = await misbehavingServer();
  onTestFinished(() => misbehaving.close());
  misbehaving.behave(behaviour);
  return connect(misbehaving.url);
}

test("shard maps have the incarnations of existing databases, and nothing about others", async () => {
  const { url, admin } = server();
  const couch = connect(url, admin);
  const [one, , two] = [await freshDatabase("a"), await freshDatabase("b"), await freshDatabase("c")];
  const maps = await shardMaps(couch, [two, uniqueName(), one]);
  expect([...(maps?.keys() ?? [])].sort()).toEqual([one, two].sort());
  const revisions = await shardMapRevisions(couch, [one, two]);
  for (const name of [one, two]) {
    expect(maps?.get(name)).toEqual({
      rev: revisions?.get(name),
      incarnation: (await inventoryOf(couch).info(name))?.incarnation,
    });
  }
});

test("known shard maps are only read again if their revision has changed", async () => {
  const { url, admin } = server();
  const names = [await freshDatabase("a"), await freshDatabase("b"), await freshDatabase("c")];
  const [one = "", two = "", three = ""] = names;
  const before = (await shardMaps(connect(url, admin), names)) ?? new Map();
  await must(server(), "DELETE", `/${encodeURIComponent(two)}`);
  await must(server(), "PUT", `/${encodeURIComponent(two)}`);
  await must(server(), "DELETE", `/${encodeURIComponent(three)}`);
  const known = new Map([...before].map(([name, map]) => [name, { ...map, incarnation: `known ${map.incarnation}` }]));
  const couch = connect(url, admin);
  const info = await inventoryOf(couch).info(two);
  const found = await shardMaps(couch, names, known);
  expect([...(found?.keys() ?? [])].sort()).toEqual([one, two].sort());
  expect(found?.get(one)).toEqual(known.get(one));
  expect(found?.get(two)?.incarnation).toBe(info?.incarnation);
});

test.each([
  ["*", ["a", "ab", "abc", "b/c", "z"]],
  ["ab*", ["ab", "abc"]],
  ["a*c", ["abc"]],
  ["*c", ["abc", "b/c"]],
  ["b*", ["b/c"]],
  ["c*", []],
])("the shard maps of the databases that match %s", async (end, expected) => {
  const { url, admin } = server();
  const prefix = `${databaseName("shard-maps")}-`;
  const all = ["a", "ab", "abc", "b/c", "z"].map((name) => prefix + name);
  for (const name of all) await must(server(), "PUT", `/${encodeURIComponent(databaseName("", server(), name))}`);
  const couch = connect(url, admin);
  const found = await matchingRevisions(couch, prefix + end, all.length);
  expect([...(found ?? [])].sort()).toEqual(
    [...((await shardMapRevisions(couch, all)) ?? [])]
      .filter(([name]) => expected.includes(name.slice(prefix.length)))
      .sort(),
  );
  expect(found?.size).toBe(expected.length);
});

test("shard maps are not available to a user who is not a server admin", async () => {
  const [name, password] = [uniqueName("user"), "spire-and-den"];
  const id = `org.couchdb.user:${name}`;
  const { rev } = await must(server(), "PUT", `/_users/${id}`, { body: { name, password, roles: [], type: "user" } });
  onTestFinished(async () => void (await request(server(), "DELETE", `/_users/${id}?rev=${rev}`)));
  expect(await shardMaps(connect(server().url, { name, password }), ["a"])).toBeUndefined();
});

test.each([400, 403, 404, 405])("shard maps are not available if the answer is %i", async (status) => {
  const couch = await answering(json(status, { error: "no", reason: "no" }));
  expect(await shardMaps(couch, ["a"])).toBeUndefined();
});

test("shard maps are not used if too many other databases are in the range", async () => {
  const rows = Array.from({ length: 402 }, (_, i) => ({ id: `a${i}`, key: `a${i}`, value: { rev: "1-a" } }));
  const couch = await answering((asked, response) => {
    const limit = Number(new URL(asked.path, "http://x").searchParams.get("limit"));
    json(200, { total_rows: 500, offset: 0, rows: rows.slice(0, limit) })(asked, response);
  });
  expect(await shardMapRevisions(couch, ["a0", "a401"])).toBeUndefined();
  expect((await shardMapRevisions(couch, ["a0", "a1", "a401"]))?.size).toBe(3);
  expect(await matchingRevisions(couch, "a*", 2)).toBeUndefined();
  expect((await matchingRevisions(couch, "a*", 3))?.size).toBe(402);
});

test.each([
  ["not a list of shard maps", json(200, { rows: [{ id: "a", key: "a" }] })],
  ["a page", text(403, "text/html", "<h1>no</h1>")],
  ["a list of something else", json(200, { rows: [{ id: "a", key: "a", value: { rev: "1-a" }, doc: {} }] })],
])("shard maps are not available if the answer is %s", async (_, behaviour) => {
  expect(await shardMaps(await answering(behaviour), ["a"])).toBeUndefined();
});
