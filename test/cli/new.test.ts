import { readFile, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { fileName } from "../../src/commands/new-file.js";
import { kindNames } from "../../src/kinds/index.js";
import { loadMigrations } from "../../src/migrations/load.js";
import { tempFolder } from "../support/temp.js";
import { call } from "./call.js";

test.each<[string, string[], string | undefined]>([
  ["orders", [], "001-orders.yaml"],
  ["Tenant views!", ["001-a.yaml", "007-b.yml", "x.yaml", "099.txt"], "008-tenant-views.yaml"],
  ["orders.yaml", ["0009-a.yaml"], "0010-orders.yaml"],
  ["Überläufer", ["999-a.yaml"], "1000-uberlaufer.yaml"],
  ["../../etc", [], "001-etc.yaml"],
  ["漢", [], undefined],
])("the file for %j after %j is %s", (words, names, file) => {
  expect(fileName(words, names)?.file).toBe(file);
});

test.each(kindNames)("a new file with %s names the schema and can be loaded", async (kind) => {
  const called = await call(["new", "orders", "--kind", kind], { files: { "migrations/003-a.yaml": "[]" } });
  const path = join("migrations", "004-orders.yaml");
  expect(called).toMatchObject({ code: 0, stdout: `${path}\n` });
  const text = await readFile(join(called.folder, path), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/migration\.schema\.json\n/);
  expect(text).not.toContain("zerglings");
  const problems = await loadMigrations(join(called.folder, path), { env: {} }).then(
    () => [],
    (error) => error.problems,
  );
  // An example may name files and variables that do not exist.
  expect(problems.filter(({ code }: { code: string }) => !/file|missing-variable/.test(code))).toEqual([]);
});

const orders = { "migrations/001-orders.yaml": "- id: orders\n  ensureDatabase: { name: orders }\n" };

test.each<[string, string[], Readonly<Record<string, string>>, string]>([
  ["a database gets the given name", ["orders"], {}, "- id: orders\n  ensureDatabase:\n    name: orders\n"],
  ["a name that looks like a number is quoted", ["2024"], {}, '- id: "2024"\n  ensureDatabase:\n    name: db-2024\n'],
  ["a database's name begins with a letter", ["2024-orders"], {}, "    name: orders\n"],
  [
    "a user gets the given name",
    ["billing", "--kind", "ensureUser"],
    orders,
    "- id: billing\n  ensureUser:\n    name: billing\n",
  ],
  [
    "views go into the set's database",
    ["orders-views", "--kind", "ensureDesignDocs"],
    orders,
    "- id: orders-views\n  ensureDesignDocs:\n    database: orders\n    docs:\n      orders:\n",
  ],
  [
    "a broken set is read as far as possible",
    ["orders-views", "--kind", "ensureIndexes"],
    { ...orders, "migrations/000.yaml": "- id: [\n" },
    "- id: orders-views\n  ensureIndexes:\n    database: orders\n",
  ],
])("%s", async (_, words, files, step) => {
  const { code, stdout, folder } = await call(["new", ...words], { files });
  expect(code).toBe(0);
  expect(await readFile(join(folder, stdout.trim()), "utf8")).toContain(step);
  const load = loadMigrations(join(folder, stdout.trim()), { env: { KERRIGAN_PASSWORD: "x" } });
  await expect(load).resolves.toMatchObject({ steps: [{}] });
});

test("an id that the set already has is refused", async () => {
  const again = await call(["new", "Orders"], { files: orders });
  expect(again).toMatchObject({ code: 3, stdout: "" });
  expect(again.stderr).toContain(
    "name: id `orders` is already used at migrations/001-orders.yaml:1; edit that step, or choose",
  );
});

test("the schema line points to the installed package if there is one above, otherwise to a copy that works offline", async () => {
  const installed = "node_modules/couchdb-migrate/schemas/migration.schema.json";
  const lineIn = async (files: Readonly<Record<string, string>>, path = "db/migrations") => {
    const { stdout, stderr, folder } = await call(["new", "orders", path], { files });
    const file = join(folder, stdout.trim());
    const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(await readFile(file, "utf8")) ?? [];
    const leadsTo = resolve(file, "..", schema);
    return { stderr, schema, leadsTo: leadsTo.slice(folder.length + 1), text: await readFile(leadsTo, "utf8") };
  };
  expect(await lineIn({ [installed]: "{}" })).toMatchObject({ stderr: "", leadsTo: installed });
  const own = "db/migrations/migration.schema.json";
  expect(await lineIn({})).toEqual({
    stderr: `schema for editors written to ${own}\n`,
    schema: "./migration.schema.json",
    leadsTo: own,
    text: (await call(["schema"])).stdout,
  });
  expect(await lineIn({ [own]: "{}" })).toMatchObject({ stderr: "", leadsTo: own, text: "{}" });
});

test("a folder that can't be written is a setting that is wrong", async () => {
  const folder = await tempFolder();
  await symlink("nowhere", join(folder, "dangling"));
  const called = await call(["new", "orders", join(folder, "dangling")]);
  expect(called).toMatchObject({ code: 3, stdout: "" });
  expect(called.stderr).toContain("001-orders.yaml can't be written: a folder of its path does not exist");
});

test("a schema that can't be written is a warning", async () => {
  const folder = await tempFolder();
  await symlink("nowhere", join(folder, "migration.schema.json"));
  const { code, stdout, stderr } = await call(["new", "orders", folder]);
  expect([code, stdout]).toEqual([0, `${join(folder, "001-orders.yaml")}\n`]);
  expect(stderr).toContain("warning: the schema for editors is missing: ");
});

test("schema --out writes what schema prints", async () => {
  const { folder, stdout } = await call(["schema", "--out", "s.json"]);
  expect(stdout).toBe("");
  expect(await readFile(join(folder, "s.json"), "utf8")).toBe((await call(["schema"])).stdout);
});

test.each([
  ["migration files", []],
  ["test files", ["--test"]],
  ["couchdb-migrate.yaml", ["--settings"]],
])("schema prints the one of %s", async (what, flags) => {
  const { code, stdout } = await call(["schema", ...flags]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).title).toContain(what.replace(/s$/, ""));
});

test.each([
  [
    ["new", "orders", "--kind", "ensureDatabse"],
    "--kind: unknown step kind `ensureDatabse`; did you mean `ensureDatabase`?",
  ],
  [["new", "漢"], "name: `漢` needs a letter from a to z or a digit"],
  [["new", "orders", "file.txt"], "path: file.txt is a file; give a folder"],
  [["new", "漢"], "next: See `couchdb-migrate new --help`."],
  [["schema", "--test", "--settings"], "--settings: the schema is that of test files (--test), or of"],
  [["schema", "--out", "."], "--out: . can't be written: it is a folder"],
  [["schema", "--out", "none/s.json"], "--out: the folder none does not exist"],
])("%j is refused", async (argv, message) => {
  const called = await call(argv, { files: { "file.txt": "" } });
  expect(called.code).toBe(3);
  expect(called.stderr).toContain(message);
});
