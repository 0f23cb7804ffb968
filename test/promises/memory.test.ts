/** What fits into the memory of the image. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databasesOf, writeMigrations } from "../../bench/fixtures.js";
import { loginEnv, root, runCli } from "../support/cli.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const [, NODE_OPTIONS = ""] = /NODE_OPTIONS="([^"]*)"/.exec(readFileSync(join(root, "Dockerfile"), "utf8")) ?? [];

test("3,000 steps", async () => {
  const folder = join(await tempFolder(), "migrations");
  await writeMigrations(folder, databasesOf({ prefix: "swarm", databases: 100, stepsEach: 30 }));
  const { code, stdout, stderr } = await runCli(["validate", folder], { env: { NODE_OPTIONS } });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("3,000 steps");
});

test("40 design documents of half a megabyte are refused, and the error says what all of them need", async () => {
  const doc = JSON.stringify({ language: "javascript", views: { lib: { all: `// ${"x".repeat(485_000)}` } } });
  const names = Array.from({ length: 40 }, (_, i) => `brood-${i}`);
  const steps = names.map((name) => `- id: ${name}\n  ensureDesignDocs: { database: hive, from: ${name}.json }\n`);
  const docs = Object.fromEntries(names.map((name) => [`${name}.json`, doc]));
  const folder = await tempFolder({ "001.yaml": steps.join(""), ...docs });
  const { code, stderr } = await runCli(["validate", folder], { env: { NODE_OPTIONS } });
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/the files need about 1\d\d MiB of memory, \d\d MiB of it for V8, which may use 3\d MiB/);
});

test("10,000 steps in one file are refused before the file is parsed, and space for new objects does not count", async () => {
  const folder = join(await tempFolder(), "migrations");
  await writeMigrations(folder, databasesOf({ prefix: "swarm", databases: 1, stepsEach: 10_000 }));
  const { code, stderr } = await runCli(["validate", folder], { env: { NODE_OPTIONS: "--max-old-space-size=120" } });
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/\d\d\d MiB of it for V8, which may use 120 MiB/);
});

test("a transformation of 1,000 documents of 10 kB", async () => {
  const database = databaseName();
  const items = Array.from({ length: 100 }, (_, at) => ({ at, event: "x".repeat(70) }));
  const docs = Array.from({ length: 1_000 }, (_, i) => ({ _id: `zergling-${i}`, items }));
  await must(server(), "PUT", `/${database}`);
  for (let i = 0; i < docs.length; i += 250) {
    await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: docs.slice(i, i + 250) } });
  }
  const step = `- id: legs\n  transformDocuments: { database: ${database}, set: { /legs: 6 } }\n`;
  const env = { ...loginEnv(server().url, server().admin), NODE_OPTIONS };
  const { code, stderr } = await runCli(["apply", await tempFolder({ "001.yaml": step }), "--set", database], { env });
  expect(code, stderr).toBe(0);
});

test.each([
  [50_000, 800],
  [1_000_000, 40],
])("documents of %i bytes, in a file of 40 MB, are written and compared", async (size, documents) => {
  const { url, admin } = server();
  const [database, ledger] = [databaseName("memory"), await freshDatabase("ledger")];
  const lines = Array.from({ length: documents }, (_, i) => JSON.stringify({ _id: `${i}`, text: "x".repeat(size) }));
  const folder = await tempFolder({
    "001.yaml": `- id: database\n  ensureDatabase: { name: ${database} }\n- id: documents\n  ensureDocuments: { database: ${database}, from: all.ndjson }\n`,
    "all.ndjson": `${lines.join("\n")}\n`,
  });
  const env = { ...loginEnv(url, admin), NODE_OPTIONS };
  const apply = ["apply", folder, "--set", uniqueName("memory"), "--ledger-database", ledger];
  for (const more of [[], ["--verify"]]) {
    const { code, stderr } = await runCli([...apply, ...more], { env });
    expect(code, stderr).toBe(0);
  }
  expect(await must(server(), "GET", `/${encodeURIComponent(database)}`)).toMatchObject({ doc_count: documents });
});
