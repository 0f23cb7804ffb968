import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { importBootstrap } from "../../src/index.js";
import { call } from "../cli/call.js";
import { importOf } from "../render/results.js";

const result = importOf({
  out: "migrations",
  files: ["100-zerglings.yaml"],
  steps: 1,
  leftOut: [{ subject: "documents", reason: "they are data" }],
  variables: [{ name: "OUT_SOURCE_PASSWORD", holds: "password of the source of replication out" }],
});

/** The real command's engine has created the folder. */
const made = { files: { "migrations/100-zerglings.yaml": "" }, engine: { importServer: async () => result } };

it("prints what was written, what has to be set, and what was left out", async () => {
  const { code, stdout } = await call(["import"], made);
  expect(code).toBe(0);
  expect(stdout).toBe(`Wrote 1 step in 1 file to migrations.

To be set in the environment:
  OUT_SOURCE_PASSWORD: password of the source of replication out

Left out:
  documents: they are data

next: Read the files, then see what they would change: \`couchdb-migrate plan migrations\`
`);
});

it("has no next step if there was nothing to import", async () => {
  const nothing = importOf({ out: "migrations", files: [], steps: 0 });
  const { stdout } = await call(["import"], { engine: { importServer: async () => nothing } });
  expect(stdout).not.toContain("next:");
});

it("a file in place of the folder is named", async () => {
  const files = { "couchdb/zerglings.json": "[]", "out.yaml": "" };
  const argv = ["import", "--from-bootstrap", "couchdb", "--out", "out.yaml"];
  const { code, stderr } = await call(argv, { env: {}, files, engine: { importBootstrap } });
  expect(code).toBe(3);
  expect(stderr).toContain("out.yaml is not a folder\n  next: Choose another folder with --out.");
});

it("prints one JSON document for machines", async () => {
  const { stdout } = await call(["import", "--format", "json"], made);
  expect(JSON.parse(stdout)).toEqual(result);
});

it.each([
  [[], { out: "./migrations", force: false }],
  [["--database", "tenant-*", "--out", "x", "--force"], { database: "tenant-*", out: "x", force: true }],
])("%j", async (flags, options) => {
  const importServer = vi.fn(async (_options: object) => result);
  await call(["import", ...flags], { engine: { importServer } });
  expect(importServer).toHaveBeenCalledWith(expect.objectContaining(options));
  expect("database" in (importServer.mock.calls[0]?.[0] ?? {})).toBe("database" in options);
});

it("needs no CouchDB for a folder of couchdb-bootstrap", async () => {
  const files = { "couchdb/zerglings/a.json": "{}" };
  const { code, stdout, stderr, folder } = await call(["import", "--from-bootstrap", "couchdb"], {
    env: {},
    files,
    engine: { importBootstrap },
  });
  expect([code, stdout]).toEqual([0, expect.stringContaining("Wrote 2 steps in 2 files to ./migrations.\n")]);
  expect(existsSync(join(folder, "migrations/documents/zerglings.json"))).toBe(true);
  const file = await readFile(join(folder, "migrations/100-zerglings.yaml"), "utf8");
  expect(file).toMatch(/^# yaml-language-server: \$schema=\.\/migration\.schema\.json\n\n/);
  expect(stderr).toContain("schema for editors written to migrations/migration.schema.json");
  expect(existsSync(join(folder, "migrations/migration.schema.json"))).toBe(true);
});

it.each([
  [["import", "--database", "Zerg"], "--database"],
  [["import", "--format", "markdown"], "--format: `markdown` is not one of `text`, `json`"],
])("%j is refused", async (argv, message) => {
  const { code, stderr } = await call(argv);
  expect(code).toBe(3);
  expect(stderr).toContain(message);
});
