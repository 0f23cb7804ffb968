/** The command `test`, with the library behind it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as library from "../../src/index.js";
import { main } from "../../src/main.js";
import { startEmbedded } from "../support/embedded.js";
import { tempFolder } from "../support/temp.js";
import { type CallOptions, call } from "./call.js";

const migrations = { "migrations/001.yaml": "- { id: zerglings, ensureDatabase: { name: zerglings } }\n" };
const passing = "database: zerglings\ntests: [{ name: an admin writes, write: { _id: a }, accepted: true }]\n";
const failing = "database: zerglings\ntests: [{ name: nobody writes, write: { _id: a }, refused: no }]\n";
const files = { ...migrations, "migrations/a.test.yaml": passing };
const both = { ...files, "migrations/b.test.yml": failing };
const run = (line: string, options: CallOptions = {}) =>
  call(line.split(" "), { env: {}, files, engine: { runTests: library.runTests }, ...options });

// biome-ignore format: one call per line
it.each<[string, CallOptions, number, string]>([
  ["test", {}, 0, "1 file, 2 tests: 2 passed ("],
  ["test", { files: both }, 1, "2 files, 4 tests: 1 failed, 3 passed ("],
  ["test --filter writes", { files: both }, 1, "2 files, 2 tests: 1 failed, 1 passed, 2 tests left out by --filter ("],
  ["test --filter /admin|x/", { files: both }, 0, "1 file, 1 test: 1 passed, 3 tests left out by --filter ("],
  ["test --filter none", {}, 1, "no test has a name that matches --filter `none`"],
  ["test --filter /(/", {}, 3, "--filter: `/(/` is not a valid regular expression"],
  ["test", { files: migrations }, 1, "there are no *.test.yaml files in ./migrations; `couchdb-migrate new NAME --test` writes the first"],
  ["test", { files: {} }, 3, "migrations does not exist"],
  ["test", { files: { ...files, "migrations/b.test.yaml": "tests: 1" } }, 3, "next: Correct the files."],
  ["test migrations/b.test.yml", { files: both }, 1, "1 file, 2 tests: 1 failed, 1 passed ("],
  ["test migrations/001.yaml", {}, 0, "1 file, 2 tests: 2 passed ("],
  ["test", { env: { COUCHDB_URL: "http://127.0.0.1:1" } }, 0, "2 passed"],
  ["test --url http://127.0.0.1:1", {}, 4, "unreachable"],
  ["test --url http://u:p@127.0.0.1:1/db?x", {}, 3, "--url"],
  ["test --format markdown", {}, 3, "is not one of `text`, `json`, `junit`, `tap`"],
  ["apply migrations/a.test.yaml", { env: { COUCHDB_URL: "http://127.0.0.1:1" }, engine: { loadMigrations: library.loadMigrations } }, 3, "is a test file"],
])("%s: case %#", async (line, options, code, said) => {
  const { stdout, stderr, ...called } = await run(line, options);
  expect(stdout + stderr).toContain(said);
  expect(called.code).toBe(code);
});

it("writes the results to a file, in the format that was asked for", async () => {
  const { folder, stdout } = await run("test --format junit --out results.xml");
  expect(stdout).toBe("");
  expect(await readFile(join(folder, "results.xml"), "utf8")).toContain('<testsuites name="couchdb-migrate" tests="2"');
  expect(JSON.parse((await run("test --format json")).stdout)).toMatchObject({ formatVersion: 1, passed: 2 });
  expect((await run("test --format tap")).stdout).toMatch(/^TAP version/);
});

it("runs on a CouchDB with the login of the environment", async () => {
  const server = await startEmbedded({ admins: { overmind: "secret" } });
  const env = { COUCHDB_USERNAME: "overmind", COUCHDB_PASSWORD: "secret" };
  const { stdout } = await run(`test --url ${server.url} --format json`, { env });
  expect(JSON.parse(stdout)).toMatchObject({ passed: 2, server: { embedded: false, url: server.url } });
  await server.close();
});

it("with --watch, runs again after a change, and ends without an error", async () => {
  const folder = await tempFolder(both);
  const stop = new AbortController();
  const seen: string[] = [];
  const stdout = {
    write(text: string) {
      seen.push(text);
      if (seen.length === 1) void writeFile(join(folder, "migrations/b.test.yml"), "tests: 1\n");
      else stop.abort();
    },
  };
  const stderr = {
    // The second round: invalid files do not end the command.
    write: (text: string) =>
      void (text.includes("error[invalid-input]") && writeFile(join(folder, "migrations/b.test.yml"), passing)),
  };
  const io = { env: { COUCHDB_MIGRATE_TERMINATION_LOG: "none" }, signal: stop.signal, engine: async () => library };
  const code = await main(["test", join(folder, "migrations"), "--watch"], { ...io, stdout, stderr });
  expect(seen.map((text) => text.trimEnd().split("\n").at(-1)?.replace(/ \(.*/, ""))).toEqual([
    "2 files, 4 tests: 1 failed, 3 passed",
    "2 files, 4 tests: 4 passed",
  ]);
  expect(code).toBe(0);
});

it("new --test writes a file whose tests pass", async () => {
  const { folder, stdout, code } = await run("new zerglings --test", { files: migrations });
  expect([stdout, code]).toEqual(["migrations/zerglings.test.yaml\n", 0]);
  const { failed, passed } = await library.runTests(join(folder, "migrations"), { env: {} });
  expect([failed, passed]).toEqual([0, 3]);
  expect((await run("new Zerglings --test", { files })).code).toBe(0);
  const again = { ...files, "migrations/zerglings.test.yaml": "" };
  expect(await run("new zerglings --test", { files: again })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("it exists"),
  });
});
