/** From a server to files, and from the files to another server: nothing is changed, and nothing is lost. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apply, type ImportResult, importServer, loadMigrations, plan } from "../../src/index.js";
import { startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";
import { makeFolder, removeFolder } from "../support/temp.js";
import { env, indexes, passwords, populate } from "./population.js";
import { treeOf } from "./trees.js";

const connection = ({ url, admin }: CouchNode) => ({ url, username: admin.name, password: admin.password });

onNodes("a server with everything that can be imported", () => {
  let [first, second]: CouchNode[] = [];
  let folder: string;
  let out: string;
  let result: ImportResult;
  const from = (node: CouchNode | undefined) => connection(node as CouchNode);

  beforeAll(async () => {
    const runsErlang = { ini: { native_query_servers: { enable_erlang_query_server: true } } };
    [first, second] = await Promise.all([startCouchDB(runsErlang), startCouchDB(runsErlang)]);
    await populate(first as CouchNode);
    folder = await makeFolder();
    out = join(folder, "first");
    result = await importServer({ connection: from(first), out });
  });
  afterAll(async () => {
    await Promise.all([first?.close(), second?.close(), removeFolder(folder)]);
  });

  it("is imported without a write", async () => {
    const proxy = await startProxy((first as CouchNode).url);
    try {
      await importServer({ connection: { ...from(first), url: proxy.url }, out: join(folder, "again") });
      expect(proxy.writes()).toEqual([]);
      expect(proxy.requests.length).toBeGreaterThan(0);
    } finally {
      await proxy.close();
    }
    expect(await treeOf(join(folder, "again"))).toEqual(await treeOf(out));
  });

  it("gets its functions in files", async () => {
    expect(await readFile(join(out, "design/zerglings/broods/views/by-owner/map.js"), "utf8")).toContain(
      "emit(doc.owner",
    );
  });

  it("gets its functions in files even if they end in a newline", async () => {
    const paths = Object.keys(await treeOf(join(out, "design/zerglings/pushed")));
    expect(paths.sort()).toEqual([
      "filters/f.js",
      "language",
      "lib/m.js",
      "readme.json",
      "views/a/map.js",
      "views/a/reduce.js",
      "views/b/map.js",
      "views/b/reduce",
    ]);
  });

  it("reveals no secrets, and names the variables for them", async () => {
    const all = JSON.stringify([await treeOf(out), result]);
    for (const secret of ["infested", "s%40rah", "sarah", "token", "jim", "pbkdf2", "derived_key"])
      expect(all).not.toContain(secret);
    expect(result.variables.map(({ name }) => name).sort()).toEqual(Object.keys(env).sort());
  });

  it("lists what was left out", () => {
    expect(result.leftOut.map(({ subject }) => subject)).toEqual([
      "the passwords of 3 users",
      "admins (admin)",
      "documents",
      "configuration",
    ]);
  });

  it("leaves out system databases and the tool's own", async () => {
    const { steps } = await loadMigrations(out, { env });
    const databases = steps.filter(({ kind }) => kind === "ensureDatabase").map(({ desired }) => desired);
    expect(databases).toMatchObject([
      { name: "char/_replicator" },
      { name: "nasty/names+$(1)" },
      { name: "open" },
      { name: "parted", partitioned: true },
      { name: "zerglings", q: 3, revsLimit: 50, purgedInfosLimit: 7 },
    ]);
  });

  it("matches the files: the plan has no changes", async () => {
    const planned = await plan(await loadMigrations(out, { env }), { connection: from(first) });
    expect(
      planned.steps.flatMap(({ id, action, changes }) => (action === "adopt" ? [] : [{ id, action, changes }])),
    ).toEqual([]);
    expect(planned.changes).toBe(0);
  });

  it("is recreated on an empty server, which gives the same files", async () => {
    const users = join(out, "800-users.yaml");
    const text = await readFile(users, "utf8");
    await writeFile(users, text.replaceAll("# password:", "password:"));
    const migrations = await loadMigrations(out, { env: { ...env, ...passwords } });
    await writeFile(users, text);

    expect(await apply(migrations, { connection: from(second) })).toMatchObject({ result: "applied", failures: [] });
    await importServer({ connection: from(second), out: join(folder, "second") });
    expect(await treeOf(join(folder, "second"))).toEqual(await treeOf(out));
    expect(await plan(migrations, { connection: from(second), verify: true })).toMatchObject({ changes: 0 });
  });

  it("has the indexes that services create themselves: CouchDB says that they exist", async () => {
    for (const [database, body] of indexes) {
      const { result } = await must(second as CouchNode, "POST", `/${database}/_index`, { body });
      expect([body, result]).toEqual([body, "exists"]);
    }
  });

  it("keeps what people put into CouchDB's own databases", async () => {
    const { rows } = await must(second as CouchNode, "GET", "/_users/_design_docs");
    // CouchDB itself creates _design/_auth there, sooner or later.
    expect(rows.map(({ id }: { id: string }) => id)).toContain("_design/roles");
    const auth = await readdir(join(out, "design"));
    expect(auth).toContainEqual(expect.stringMatching(/^users-/));
    expect(await treeOf(out)).toHaveProperty("850-users-database.yaml");
  });

  it("keeps logins: an imported user keeps the password", async () => {
    const as = { name: "kerrigan", password: "sarah" };
    expect(await must(second as CouchNode, "GET", "/_session", { as })).toMatchObject({
      userCtx: { name: "kerrigan" },
    });
  });

  it("can be imported in part", async () => {
    const part = join(folder, "part");
    const { leftOut } = await importServer({ connection: from(first), out: part, database: "*e*" });
    expect(Object.keys(await treeOf(part)).filter((path) => path.endsWith(".yaml"))).toEqual([
      expect.stringMatching(/^100-char-_replicator-\w{6}\.yaml$/),
      expect.stringMatching(/^100-nasty-names-1-\w{6}\.yaml$/),
      "100-open.yaml",
      "100-parted.yaml",
      "100-zerglings.yaml",
    ]);
    expect(leftOut[0]?.subject).toBe("users, replications and admins");
  });

  it("does not overwrite existing files by default", async () => {
    await expect(importServer({ connection: from(first), out })).rejects.toMatchObject({ code: "invalid-settings" });
    const stale = join(out, "design/zerglings/plain/views/stale/map.js");
    const before = await treeOf(out);
    await must(second as CouchNode, "GET", "/");
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(stale, ".."), { recursive: true });
    await writeFile(stale, "function (doc) {}");
    await importServer({ connection: from(first), out, force: true });
    expect(await treeOf(out)).toEqual(before);
  });
});

onNodes("what no step can hold", () => {
  let node: CouchNode;
  let result: ImportResult;
  let folder: string;

  beforeAll(async () => {
    node = await startCouchDB();
    folder = await makeFolder();
    const put = (path: string, body?: unknown) => must(node, "PUT", `/${path}`, body === undefined ? {} : { body });
    await put("hive");
    await put("hive/_security", { admins: { roles: ["_admin"] }, members: { roles: ["_admin"] }, note: "x" });
    await put("hive/_design/broken", { validate_doc_update: "function (doc) {" });
    await put("hive/_design/site", {
      views: { all: { map: "function (doc) {}" } },
      _attachments: { "index.html": { content_type: "text/html", data: "PHA+" } },
    });
    await put("_users/org.couchdb.user:two", {
      name: "two",
      type: "user",
      roles: [],
      password: "x",
      totp: { key: "JBSWY3DPEHPK3PXP" },
    });
    await put("_replicator/noted", { source: "http://127.0.0.1:9/a", target: "http://127.0.0.1:9/b", note: "by hand" });
    result = await importServer({ connection: connection(node), out: folder });
  });
  afterAll(async () => {
    await Promise.all([node?.close(), removeFolder(folder)]);
  });

  it.each([
    ["other fields of _security of hive", "note"],
    ["_design/broken of hive", "Unexpected token"],
    ["attachments of _design/site of hive", "stay, but another server gets none: index.html"],
    ["fields of user two", "totp"],
    ["other fields of replication noted", "note"],
  ])("%s: left out, with a reason", (subject, reason) => {
    const said = result.leftOut.find((one) => one.subject === subject);
    expect(said?.reason).toContain(reason);
  });

  it("is imported without the other fields if it is a replication", async () => {
    const { steps } = await loadMigrations(folder, { env: {} });
    expect(steps.find(({ kind }) => kind === "ensureReplication")?.desired).toEqual({
      id: "noted",
      source: "http://127.0.0.1:9/a",
      target: "http://127.0.0.1:9/b",
    });
  });

  it("keeps attachments if the design document is changed", async () => {
    const file = join(folder, "design/hive/site/views/all/map.js");
    const text = await readFile(file, "utf8");
    await writeFile(file, "function (doc) { emit(1); }");
    const migrations = await loadMigrations(folder, { env: {} });
    await writeFile(file, text);
    expect(await apply(migrations, { connection: connection(node), set: "attachments" })).toMatchObject({
      failures: [],
    });
    expect(await must(node, "GET", "/hive/_design/site")).toMatchObject({
      views: { all: { map: "function (doc) { emit(1); }" } },
      _attachments: { "index.html": { length: 3 } },
    });
    const back = await loadMigrations(folder, { env: {} });
    expect(await apply(back, { connection: connection(node), set: "attachments" })).toMatchObject({ failures: [] });
  });

  it("leaves files that are valid and change nothing", async () => {
    const migrations = await loadMigrations(folder, { env: {} });
    expect(await plan(migrations, { connection: connection(node) })).toMatchObject({ changes: 0 });
    expect(JSON.stringify(await treeOf(folder))).not.toContain("JBSWY3DPEHPK3PXP");
  });
});

describe("an empty folder if there is nothing to import", () => {
  it("is not created", async () => {
    const folder = await makeFolder();
    await expect(
      importServer({ connection: { url: "http://127.0.0.1:1" }, out: join(folder, "x"), wait: 0 }),
    ).rejects.toMatchObject({ code: "unreachable" });
    expect(await treeOf(folder)).toEqual({});
    await removeFolder(folder);
  });
});
