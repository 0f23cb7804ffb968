/** What only a real CouchDB can show: that our hashes log in, and how it refuses. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { inventoryOf } from "../../src/couch/inventory.js";
import { clusterNodes, configSection, deleteConfig, setConfig } from "../../src/couch/nodes.js";
import { hashFor, matches } from "../../src/couch/password-hash.js";
import { path } from "../../src/couch/path.js";
import { waitUntilReady } from "../../src/couch/ready.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";

const emit = () => {};
const signal = new AbortController().signal;
const odd = " a✓ ";

onNodes("a CouchDB", () => {
  let node: CouchNode;
  let couch: Gateway;
  const opened: Gateway[] = [];
  const open = (username?: string, password?: string) => {
    const login = username && password ? { username, password } : {};
    const gateway = openCouch({ url: node.url, ...login }, { emit, signal, readOnly: false });
    opened.push(gateway);
    return gateway;
  };

  beforeAll(async () => {
    node = await startCouchDB();
    couch = open(node.admin.name, node.admin.password);
    await waitUntilReady(couch, { wait: 30_000, everyNode: true, emit, signal });
  });
  afterAll(async () => {
    for (const gateway of opened) await gateway.close();
    await node?.close();
  });

  test.each([
    ["in the form of 3.4 and newer", "3.5.0"],
    ["in the form of older versions", "3.3.3"],
  ])("our hash logs in %s", async (_, version) => {
    const [own = ""] = await clusterNodes(couch);
    const name = `overmind-${version}`;
    await setConfig(couch, own, "admins", name, await hashFor(version, odd));
    const admin = open(name, odd);
    expect((await admin.read(path`/_all_dbs`)).status).toBe(200);
    expect(admin.login.proves(name, odd)).toBe(true);
    const stored = (await configSection(couch, own, "admins"))[name] ?? "";
    expect(await matches(stored, odd)).toBe(true);
    expect(await matches(stored, odd.trim())).toBe(false);
    await deleteConfig(couch, own, "admins", name);
    expect(await configSection(couch, own, "admins")).not.toHaveProperty(name);
  });

  test("CouchDB's own hash is understood", async () => {
    const [own = ""] = await clusterNodes(couch);
    const stored = (await configSection(couch, own, "admins"))[node.admin.name] ?? "";
    expect(await matches(stored, node.admin.password)).toBe(true);
  });

  test("a database exists, is missing, created, deleted", async () => {
    expect(await inventoryOf(couch).info("couch-real")).toBeUndefined();
    await couch.write("PUT", path`/${"couch-real"}`, { query: { q: 1, partitioned: true }, repeatable: true });
    const info = await inventoryOf(couch).info("couch-real");
    expect(info).toMatchObject({ q: 1, n: 1, partitioned: true, documents: 0 });
    expect(Number(info?.incarnation)).toBeGreaterThan(1_600_000_000);
    await couch.write("DELETE", path`/${"couch-real"}`, { repeatable: true });
    expect(await inventoryOf(couch).incarnations(["couch-real"])).toEqual(new Map([["couch-real", undefined]]));
  });

  test("412, 409 and a document with the id `..`", async () => {
    const write = (target: ReturnType<typeof path>) => couch.write("PUT", target, { body: {}, repeatable: true });
    await write(path`/copies`);
    expect((await couch.write("PUT", path`/copies`, { accept: [412], repeatable: true })).status).toBe(412);
    await write(path`/copies/${".."}`);
    expect((await couch.read<{ _id: string }>(path`/copies/${".."}`)).body._id).toBe("..");
    await expect(write(path`/copies/${".."}`)).rejects.toMatchObject({ code: "conflict" });
  });

  test("a user without admin permissions gets the missing permission named, and no failed login is counted", async () => {
    const user = { name: "kerrigan", password: "secret", roles: [], type: "user" };
    await couch.write("PUT", path`/_users/${"org.couchdb.user:kerrigan"}`, { body: user, repeatable: true });
    const kerrigan = open("kerrigan", "secret");
    await expect(clusterNodes(kerrigan)).rejects.toMatchObject({
      code: "missing-permission",
      data: { permission: "server admin" },
    });
    await expect(kerrigan.write("PUT", path`/hers`, { repeatable: true })).rejects.toMatchObject({
      code: "missing-permission",
    });
  });

  test("ten concurrent requests with wrong credentials do not lock the account", async () => {
    const wrong = open(node.admin.name, "wrong");
    const reads = Array.from({ length: 10 }, (_, i) => wrong.read(path`/_all_dbs`, { query: { limit: i } }));
    const settled = await Promise.allSettled(reads);
    expect(settled.map((one) => one.status === "rejected" && one.reason.code)).toEqual(reads.map(() => "unauthorized"));
    const right = open(node.admin.name, node.admin.password);
    expect((await right.read(path`/_all_dbs`)).status).toBe(200);
  });

  test("a locked account is reported as locked", async () => {
    for (let i = 0; i < 5; i += 1)
      await open("kerrigan", "wrong")
        .read(path`/_session`)
        .catch(() => {});
    await expect(open("kerrigan", "secret").read(path`/_session`)).rejects.toMatchObject({ code: "locked-out" });
  });

  test("a request without a login", async () => {
    await expect(open().read(path`/_all_dbs`)).rejects.toMatchObject({ code: "unauthorized" });
  });
});
