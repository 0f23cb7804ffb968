import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importBootstrap, loadMigrations } from "../../src/index.js";
import { tempFolder } from "../support/temp.js";
import { treeOf } from "./trees.js";

const layout = {
  "_config.json": JSON.stringify({
    admins: { overmind: "swarm", old: "-pbkdf2-0123,ab,10" },
    log: { level: "info" },
    chttpd_auth: { secret: "c00kie", timeout: 600 },
  }),
  "_users/kerrigan.json": JSON.stringify({
    _id: "org.couchdb.user:kerrigan",
    type: "user",
    name: "kerrigan",
    roles: ["queen"],
    password: "sarah",
    email: "k@char.example",
  }),
  "_users/nobody.json": JSON.stringify({ roles: [] }),
  "_replicator/out.json": JSON.stringify({
    source: "http://kerrigan:sarah@127.0.0.1:5984/zerglings",
    target: "http://127.0.0.1:5984/broods",
    continuous: true,
  }),
  "zerglings/_security.json": JSON.stringify({ admins: { roles: ["overmind"] }, members: { names: ["kerrigan"] } }),
  "zerglings/_design/broods/views/by-owner/map.js": "function (doc) {\r\n  emit(doc.owner);\r\n}\r\n",
  "zerglings/_design/broods/views/by-owner/reduce": "_count\n",
  "zerglings/_design/broods/language": "javascript\n",
  "zerglings/_design/app.js": "throw new Error('was run');",
  "zerglings/_design/plain.json": JSON.stringify({ views: { all: { map: "function (doc) { emit(1); }" } } }),
  "zerglings/tiamat.json": JSON.stringify({ _rev: "1-x", type: "brood" }),
  "zerglings/note/_id": "named\n",
  "zerglings/note/text.txt": " body \n",
  "zerglings/note/deep/list.json": "[1,2]",
  "zerglings/note/_attachments/a/b.html": "<p>",
  "zerglings/module/index.js": "throw new Error('was run');",
  "zerglings/_local/x.json": "{}",
  "zerglings/broken.json": "{",
  "zerglings/list.json": "[]",
  "zerglings/large.json": '{ "n": 9007199254740993 }',
  "zerglings/README.md": "# read me",
  "zerglings/.hidden": "x",
  "hydralisks/_security/members/names.json": '["zerg"]',
  "MyDB/a.json": "{}",
  "notes.txt": "x",
};

async function imported(files: Readonly<Record<string, string>>) {
  const folder = await tempFolder(files);
  const out = await tempFolder();
  const result = await importBootstrap({ from: folder, out });
  return { folder, out, result };
}

describe("a folder for couchdb-bootstrap", () => {
  it("becomes steps", async () => {
    const { out, result } = await imported(layout);
    const env = Object.fromEntries(result.variables.map(({ name }) => [name, `value-of-${name}`]));
    const { steps } = await loadMigrations(out, { env });
    expect(steps.map(({ id }) => id)).toEqual([
      "admin-overmind",
      "config",
      "database-hydralisks",
      "security-hydralisks",
      "database-zerglings",
      "security-zerglings",
      "design-docs-zerglings",
      "documents-zerglings",
      "user-kerrigan",
      "replication-out",
    ]);
    const desired = (id: string) => steps.find((step) => step.id === id)?.desired;
    expect(desired("admin-overmind")).toEqual({ name: "overmind", password: "value-of-OVERMIND_PASSWORD" });
    expect(desired("config")).toEqual({
      chttpd_auth: { secret: "value-of-CHTTPD_AUTH_SECRET", timeout: "600" },
      log: { level: "info" },
    });
    expect(desired("security-hydralisks")).toMatchObject({ members: { names: ["zerg"], roles: [] } });
    expect(desired("design-docs-zerglings")).toMatchObject({
      docs: {
        broods: {
          language: "javascript",
          views: { "by-owner": { map: "function (doc) {\n  emit(doc.owner);\n}", reduce: "_count" } },
        },
        plain: { views: { all: { map: "function (doc) { emit(1); }" } } },
      },
    });
    expect(desired("documents-zerglings")).toMatchObject({
      mode: "overwrite",
      docs: [
        {
          _id: "named",
          text: "body",
          deep: { list: [1, 2] },
          _attachments: { "a/b.html": { content_type: "text/html", data: Buffer.from("<p>").toString("base64") } },
        },
        { _id: "tiamat", type: "brood" },
      ],
    });
    expect(desired("user-kerrigan")).toMatchObject({
      password: "value-of-KERRIGAN_PASSWORD",
      roles: ["queen"],
      fields: { email: "k@char.example" },
    });
    expect(desired("replication-out")).toMatchObject({
      source: "http://kerrigan:value-of-OUT_SOURCE_PASSWORD@127.0.0.1:5984/zerglings",
    });
  });

  it("reveals no secret, and says where each one is", async () => {
    const { folder, out, result } = await imported(layout);
    const all = JSON.stringify([await treeOf(out), result]);
    for (const secret of ["swarm", "sarah", "c00kie", "0123"]) expect(all).not.toContain(secret);
    expect(result.variables).toContainEqual({
      name: "KERRIGAN_PASSWORD",
      holds: `password of user kerrigan, as in ${join(folder, "_users/kerrigan.json")}`,
    });
  });

  it.each([
    ["MyDB", "`MyDB`"],
    ["_users/nobody.json", "no `name`"],
    ["notes.txt", "a database must be a folder"],
    ["zerglings/README.md", "not a `.json` file or a folder"],
    ["zerglings/_design/app.js", "not executed"],
    ["zerglings/_local", "_local"],
    ["zerglings/broken.json", "not JSON"],
    ["zerglings/large.json", "9007199254740993"],
    ["zerglings/list.json", "no JSON object"],
    ["zerglings/module/index.js", "not executed"],
    ["admin old", "hash"],
  ])("%s: left out, with a reason", async (name, reason) => {
    const { folder, result } = await imported(layout);
    const subject = name.startsWith("admin") ? name : join(folder, name);
    expect(result.leftOut.find((one) => one.subject === subject)?.reason).toContain(reason);
    expect(result.leftOut).toHaveLength(11);
  });
});

it("a missing folder is an error that says so", async () => {
  const folder = await tempFolder();
  const from = join(folder, "missing");
  await expect(importBootstrap({ from, out: join(folder, "out") })).rejects.toMatchObject({
    code: "invalid-settings",
    message: `${from} does not exist`,
  });
});

it.each([
  ["file", "is not a folder"],
  ["file/out", "is not a folder"],
  ["dangling", "can't be written: a folder of its path does not exist"],
])("%s, which can't be a folder, is an error that says so", async (name, reason) => {
  const folder = await tempFolder({ "from/zerglings/a.json": "{}", file: "" });
  await symlink("nowhere", join(folder, "dangling"));
  await expect(importBootstrap({ from: join(folder, "from"), out: join(folder, name) })).rejects.toMatchObject({
    code: "invalid-settings",
    message: `${join(folder, name)} ${reason}`,
  });
});

it.each(["001.yaml", "a.yml", "design/x.json"])("a folder with %s is not written to", async (file) => {
  const folder = await tempFolder({ [`out/${file}`]: "mine", "from/zerglings/a.json": "{}" });
  const [from, out] = [join(folder, "from"), join(folder, "out")];
  await expect(importBootstrap({ from, out })).rejects.toMatchObject({ code: "invalid-settings" });
  expect(await readFile(join(out, file), "utf8")).toBe("mine");
  expect(Object.keys(await treeOf(out))).toEqual([file]);
});
