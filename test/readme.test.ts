/** What README.md tells newcomers to do works: its commands are run, its YAML is loaded. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadMigrations } from "../src/index.js";
import { root } from "./support/cli.js";
import { type Embedded, startEmbedded } from "./support/embedded.js";
import { tempFolder } from "./support/temp.js";

const run = promisify(execFile);
const readme = await readFile(join(root, "README.md"), "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);

let server: Embedded;
beforeAll(async () => {
  server = await startEmbedded({ admins: { overmind: "for-development-only" } });
});
afterAll(() => server.close());

describe("the commands of README.md", () => {
  it.each(blocks("sh"))("%s", async (block) => {
    const commands = block
      // It was already run before the tests, and it would remove packages that other tests are using.
      .replace(/^npm ci && /m, "")
      .replaceAll("http://127.0.0.1:5984", server.url);
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("COUCHDB_")));
    await run("bash", ["-euc", commands], {
      cwd: root,
      env: { ...env, COUCHDB_USERNAME: "overmind", COUCHDB_PASSWORD: "for-development-only" },
    }).catch(({ stdout, stderr }) => expect.fail(stdout + stderr));
  });
});

it("README.md leads a newcomer from a new file to an applied one", async () => {
  const block = blocks("bash").find((text) => text.includes("couchdb-migrate new")) ?? "";
  const commands = block
    .replaceAll("npx --no-install couchdb-migrate", `"${process.execPath}" "${join(root, "dist/cli.cjs")}"`)
    .replaceAll("http://127.0.0.1:5984", server.url);
  const { stdout } = await run("bash", ["-euc", `${commands}\ncat migrations/001-first-db.yaml`], {
    cwd: await tempFolder({}),
    env: { PATH: process.env.PATH, COUCHDB_MIGRATE_SET: "first" },
  });
  expect(stdout).toContain("# yaml-language-server: $schema=");
  expect(stdout).toContain("first-db");
});

it("README.md shows valid migration files", async () => {
  const example = blocks("yaml").find((text) => text.startsWith("- id:")) ?? "";
  const folder = await tempFolder({
    "001.yaml": example,
    "design/zerglings/brood/views/all/map.js": "function (doc) { emit(doc._id); }",
  });
  const env = { COUCHDB_USERNAME: "overmind", COUCHDB_PASSWORD: "secret" };
  expect((await loadMigrations(folder, { env })).steps).toHaveLength(3);
});
