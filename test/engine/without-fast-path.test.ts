/**
 * The fast path can be deleted: the folder, and the one line that names it. The rest is slower, but just as correct.
 */

import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loginEnv, root, runCli } from "../support/cli.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const source = join(root, "src");
const naming = /fast-path\//;

test("only one line outside the folder names the fast path", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const lines = files
    .filter((file) => !file.startsWith("engine/fast-path/"))
    .flatMap((file) => importsIn(file).filter((line) => naming.test(line)));
  expect(lines.map((line) => line.trim())).toEqual(['path: () => import("./fast-path/index.js"),']);
});

function importsIn(file: string): string[] {
  return readFileSync(join(source, file), "utf8")
    .split("\n")
    .filter((line) => /\b(?:from|import)\b.*"/.test(line));
}

describe("without the fast path", () => {
  const folder = join(root, "node_modules", ".cache", `couchdb-migrate-slow-${process.pid}`);
  const program = join(folder, "dist", "cli.mjs");

  beforeAll(async () => {
    await mkdir(join(folder, "dist"), { recursive: true });
    await copyFile(join(root, "package.json"), join(folder, "package.json"));
    await build({
      absWorkingDir: root,
      entryPoints: ["src/cli.ts"],
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      outfile: program,
      logLevel: "error",
      plugins: [{ name: "deleted", setup: deleteFastPath }],
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("a run that has nothing to do reads files and ledger, and writes nothing", async () => {
    const { apply, proxy } = await service();
    expect((await apply()).applied).toEqual(["a", "b"]);
    proxy.reset();
    expect(await apply()).toMatchObject({ result: "unchanged", unchanged: ["a", "b"], requests: { writes: 0 } });
    expect(proxy.requests.map(({ path }) => path)).not.toContainEqual(expect.stringContaining("open_revs"));
  });

  test("a recreated database is noticed", async () => {
    const { apply, database } = await service();
    await apply();
    await must(server(), "DELETE", `/${database}`);
    expect(await apply()).toMatchObject({ result: "applied", applied: ["a", "b"] });
  });

  test("--verify repairs drift", async () => {
    const { apply, database } = await service();
    await apply();
    await must(server(), "PUT", `/${database}/_security`, { body: { members: { roles: ["zergling"] } } });
    expect(await apply()).toMatchObject({ result: "unchanged" });
    expect(await apply("--verify")).toMatchObject({ result: "applied", applied: ["b"] });
  });

  test("older files are not applied", async () => {
    const { apply, files, write } = await service();
    await apply();
    await write(`${files}- id: c\n  ensureDatabase: { name: ${databaseName("slow")} }\n`);
    expect(await apply()).toMatchObject({ result: "applied", applied: ["c"] });
    await write(files);
    expect(await apply()).toMatchObject({ result: "older", skipped: ["a", "b"] });
  });

  /** A folder of two steps, and what applies it. */
  async function service() {
    const database = databaseName("slow");
    const files = `- id: a\n  ensureDatabase: { name: ${database} }\n- id: b\n  ensureSecurity: { database: ${database}, members: { roles: [drone] } }\n`;
    const folder = await tempFolder({ "migrations/001.yaml": files });
    const { url, admin } = server();
    const proxy = await startProxy(url);
    onTestFinished(() => proxy.close());
    const env = {
      ...loginEnv(proxy.url, admin),
      COUCHDB_MIGRATE_LEDGER_DATABASE: await freshDatabase("ledger"),
      COUCHDB_MIGRATE_SET: uniqueName("slow"),
    };
    const apply = async (...flags: string[]) => {
      const { stdout, stderr } = await runCli(["apply", "--format", "json", ...flags], { cwd: folder, env, program });
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const write = (text: string) => writeFile(join(folder, "migrations/001.yaml"), text);
    return { database, files, proxy, apply, write };
  }
});

/** As if the folder and the line were gone. */
function deleteFastPath({
  onLoad,
}: Parameters<NonNullable<Parameters<typeof build>[0]["plugins"]>[number]["setup"]>[0]) {
  onLoad({ filter: /engine\/fast\.ts$/ }, async ({ path }) => {
    const lines = (await readFile(path, "utf8")).split("\n");
    return { contents: lines.filter((line) => !naming.test(line) || line.includes("*")).join("\n"), loader: "ts" };
  });
  onLoad({ filter: /engine\/fast-path\// }, ({ path }) => ({ errors: [{ text: `${path} is deleted` }] }));
}
