/** The cost of a run that has nothing to do, in requests, bytes, files and built-in modules. Time is not measured. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { databaseName, freshDatabase } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

/** Writes, when a process ends, what it has loaded: the files of dist/, and the built-in modules. */
const trace = `
process.on("exit", () => {
  const { statSync, writeFileSync } = require("node:fs");
  const files = Object.keys(require.cache).filter((file) => file !== __filename);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  writeFileSync(process.env.TRACE, JSON.stringify({ files, bytes, builtIn: process.moduleLoadList }));
});
`;

/** A folder with these files, already applied; the proxy has recorded nothing yet. */
async function applied(files: Readonly<Record<string, string>>) {
  const { url, admin } = server();
  const ledgerDatabase = await freshDatabase("ledger");
  const folder = await tempFolder(files);
  const proxy = await startProxy(url);
  onTestFinished(() => proxy.close());
  const env = {
    ...loginEnv(proxy.url, admin),
    COUCHDB_MIGRATE_LEDGER_DATABASE: ledgerDatabase,
  };
  expect((await runCli(["apply"], { cwd: folder, env })).code).toBe(0);
  proxy.reset();
  return { ledgerDatabase, folder, proxy, env };
}

test("a run with nothing to do sends three requests, two of them concurrently, and loads neither yargs nor yaml nor fetch nor TLS", async () => {
  const { ledgerDatabase, folder, proxy, env } = await applied({
    "migrations/001.yaml": `- id: made\n  ensureDatabase: { name: ${databaseName("no-op")} }\n`,
    "trace.cjs": trace,
  });
  const ledger = encodeURIComponent(JSON.stringify("_local/couchdb-migrate-default"));
  const report = join(folder, "loaded.json");
  const tracing = { ...env, NODE_OPTIONS: `--require ${join(folder, "trace.cjs")}`, TRACE: report };
  const { code, stdout } = await runCli(["apply"], { cwd: folder, env: tracing });
  expect([code, stdout]).toEqual([0, expect.stringContaining("1 step unchanged")]);
  expect(proxy.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `GET /${ledgerDatabase}/lease-default?open_revs=all`,
    `GET /${ledgerDatabase}/_local_docs?start_key=${ledger}&end_key=${ledger}`,
    "POST /_dbs_info",
  ]);

  const { files, bytes, builtIn } = JSON.parse(await readFile(report, "utf8"));
  // Both grow a little with new features, and with how the bundle is split; yaml alone would be a quarter of a
  // megabyte.
  expect(bytes).toBeLessThan(370_000);
  expect(files.length).toBeLessThan(68);
  const modules: string[] = builtIn.map((module: string) => module.replace(/^\w+ /, ""));
  for (const heavy of ["internal/deps/undici/undici", "https", "tls", "zlib", "child_process", "worker_threads"]) {
    expect(modules).not.toContain(heavy);
  }
});

test.each([
  ["apply --verify", "20 steps unchanged"],
  ["plan", "20 unchanged"],
])("%s: each request is sent once", async (command, outcome) => {
  const names = [1, 2, 3, 4, 5].map((number) => databaseName(`verify-${number}`));
  const files = names.map((name) => [
    `migrations/${name}.yaml`,
    `- id: ${name}
  ensureDatabase: { name: ${name} }
- id: ${name}-security
  ensureSecurity: { database: ${name}, members: { roles: [drone] } }
- id: ${name}-views
  ensureDesignDocs: { database: ${name}, docs: { all: { views: { all: { map: "function (doc) { emit(1); }" } } } } }
- id: ${name}-index
  ensureIndexes: { database: ${name}, indexes: { by-name: { index: { fields: [name] } } } }
`,
  ]);
  const { ledgerDatabase, folder, proxy, env } = await applied(Object.fromEntries(files));
  const { code, stdout } = await runCli(command.split(" "), { cwd: folder, env });
  expect([code, stdout]).toEqual([0, expect.stringContaining(outcome)]);
  const sent = proxy.requests.map(({ method, path }) => `${method} ${path.split("?", 1)[0]}`);
  const ofEach = names.flatMap((name) => [`GET /${name}/_design_docs`, `GET /${name}/_security`]);
  const once = [
    `GET /${ledgerDatabase}/_local/couchdb-migrate-default`,
    "GET /_node/_local/_dbs/_all_docs",
    "POST /_dbs_info",
  ];
  expect(sent.sort()).toEqual([...once, ...ofEach].sort());
});

test("a run with an approved plan and nothing to do sends three requests, and warns if the plan was made with --verify", async () => {
  const database = databaseName("no-op");
  const { folder, proxy, env } = await applied({
    "migrations/001.yaml": `- id: made\n  ensureDatabase: { name: ${database} }\n`,
  });
  const planned = async (...flags: string[]) => {
    await runCli(["plan", "--format", "json", "--out", "plan.json", ...flags], { cwd: folder, env });
    proxy.reset();
    return runCli(["apply", "--plan", "plan.json"], { cwd: folder, env });
  };
  expect(await planned()).toMatchObject({ code: 0, stdout: expect.stringContaining("1 step unchanged") });
  expect(proxy.requests).toHaveLength(3);
  expect(await planned("--verify")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("the approved plan was made with --verify, and this run is without it"),
  });
  expect(proxy.writes()).toEqual([]);
});
