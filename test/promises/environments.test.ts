/** A set with environments, through the command line. */
import { readFile } from "node:fs/promises";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";

let database: string;
let ledger: string;
let folder: string;
let settings: Record<string, string>;

const config = `environments:
  development:
    allowRevert: true
    variables: { ROLE: dev }
  production:
    variables: { ROLE: prod }
`;

const files = (suffix = "") => `- id: made
  ensureDatabase: { name: ${database} }
- id: members
  ensureSecurity: { database: ${database}, members: { roles: ["\${ROLE}${suffix}"] } }
- id: seeds
  environments: [development]
  ensureDocuments: { database: ${database}, docs: [{ _id: drone }] }
- id: real
  environments: [production]
  ensureDocuments: { database: ${database}, docs: [{ _id: queen }] }
`;

beforeEach(async () => {
  database = databaseName("environments");
  ledger = await freshDatabase("ledger");
  const { url, admin } = server();
  settings = {
    ...loginEnv(url, admin),
    COUCHDB_MIGRATE_SET: uniqueName("set"),
    COUCHDB_MIGRATE_LEDGER_DATABASE: ledger,
  };
  folder = await tempFolder({ "couchdb-migrate.yaml": config, "migrations/001.yaml": files() });
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const all = { COUCHDB_MIGRATE_TERMINATION_LOG: `${folder}/end`, ...settings, ...env };
  const result = await runCli(args, { cwd: folder, env: all });
  return { ...result, termination: await readFile(`${folder}/end`, "utf8").catch(() => "") };
}

const inDevelopment = ["--environment", "development"];
const inProduction = ["--environment", "production"];

async function ledgerDocument() {
  return must(server(), "GET", `/${ledger}/_local/couchdb-migrate-${settings.COUCHDB_MIGRATE_SET}`);
}

async function ids(): Promise<string[]> {
  const { rows } = await must(server(), "GET", `/${database}/_all_docs`);
  return rows.map(({ id }: { id: string }) => id);
}

test("an environment has its own steps and variables; the ledger, the history and all outputs name it", async () => {
  const { code, stdout, termination } = await run(["apply", ...inDevelopment, "--format", "json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ environment: "development", applied: ["made", "members", "seeds"] });
  expect(termination).toMatch(/^development: Applied 3 steps/);
  expect(await ids()).toEqual(["drone"]);
  const { members } = await must(server(), "GET", `/${database}/_security`);
  expect(members.roles).toEqual(["dev"]);
  expect(await ledgerDocument()).toMatchObject({ environment: "development" });

  const plan = await run(["plan", ...inDevelopment, "--detailed-exitcode"]);
  expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("environment development")]);
  const markdown = await run(["plan", ...inDevelopment, "--format", "markdown"]);
  expect(markdown.stdout).toContain("environment <code>development</code>");
  const status = await run(["status", ...inDevelopment, "--format", "json"]);
  const environment = "development";
  expect(JSON.parse(status.stdout)).toMatchObject({ environment, orphaned: [], runs: [{ environment }] });
  expect((await run(["status", ...inDevelopment])).stdout).toMatch(
    /, environment development\n(?:.*\n)*.*\(development, /,
  );
  const doctor = await run(["doctor", ...inDevelopment]);
  expect(doctor.stdout).toMatch(/ledger.*environment development/);
});

test("a set that names environments needs one, before anything is sent", async () => {
  const { code, stderr } = await run(["apply"]);
  expect([code, stderr]).toEqual([3, expect.stringContaining("--environment: development, production")]);
  expect((await request(server(), "GET", `/${database}`)).status).toBe(404);
});

describe("another environment is refused before anything is written:", () => {
  beforeEach(async () => expect((await run(["apply", ...inDevelopment])).code).toBe(0));

  const commands: (readonly string[])[] = [
    ["apply"],
    ["apply", "--verify"],
    ["stage"],
    ["stage", "--abort"],
    ["ledger", "forget", "made"],
    ["ledger", "accept", "made"],
    ["ledger", "release", "3"],
    ["unlock"],
  ];
  test.each(commands.map((words) => [words.join(" "), words] as const))("%s", async (_title, words) => {
    const proxy = await startProxy(server().url);
    onTestFinished(() => proxy.close());
    const { code, stderr } = await run([...words, ...inProduction], { COUCHDB_URL: proxy.url });
    expect([code, stderr]).toEqual([1, expect.stringContaining("error[environment-refused]")]);
    expect(stderr).toContain("belongs to the environment development, and this run is for production");
    expect(proxy.requests.filter(({ writes }) => writes)).toEqual([]);
  });

  test("plan, which says so and exits with 1; status only warns", async () => {
    const plan = await run(["plan", ...inProduction]);
    expect([plan.code, plan.stdout]).toEqual([1, expect.stringContaining("REFUSED")]);
    expect(plan.stdout.replaceAll(/\s+/g, " ")).toContain("this run is for production");
    const status = await run(["status", ...inProduction]);
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining("this run is for production")]);
    const doctor = await run(["doctor", ...inProduction]);
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining("this run is for production")]);
  });

  test("an approved plan of another environment", async () => {
    const planned = await run(["plan", ...inDevelopment, "--format", "json", "--out", "plan.json"]);
    expect(planned.code).toBe(0);
    const { code, stderr } = await run(["apply", ...inProduction, "--plan", "plan.json"]);
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining("error[other-plan]")]);
  });

  test("files without environments, and the way out", async () => {
    await writeFiles(folder, { "other/001.yaml": `- id: made\n  ensureDatabase: { name: ${database} }\n` });
    const refused = await run(["apply", "other"]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("this run has no environment")]);
    expect((await run(["ledger", "environment", "none"])).code).toBe(0);
    expect(await ledgerDocument()).not.toHaveProperty("environment");
    expect((await run(["apply", "other"])).code).toBe(0);
    expect((await run(["ledger", "environment", "production"])).code).toBe(0);
    expect(await ledgerDocument()).toMatchObject({ environment: "production" });
    expect((await run(["ledger", "environment", "staging"])).stderr).toContain("unknown environment `staging`");
  });
});

test("a ledger from before takes the first environment; pods of the version before it are older", async () => {
  const { COUCHDB_MIGRATE_SET: set } = settings;
  await writeFiles(folder, { "before/001.yaml": `- id: made\n  ensureDatabase: { name: ${database} }\n` });
  expect((await run(["apply", "before"])).code).toBe(0);
  expect(await ledgerDocument()).not.toHaveProperty("environment");
  expect((await run(["apply", ...inProduction])).code).toBe(0);
  expect(await ledgerDocument()).toMatchObject({ set, environment: "production" });
  const before = await run(["apply", "before"]);
  expect([before.code, before.stdout]).toEqual([0, expect.stringContaining("NOT APPLIED")]);
});

test("a run with nothing to do reads three times, as without an environment", async () => {
  expect((await run(["apply", ...inDevelopment])).code).toBe(0);
  const proxy = await startProxy(server().url);
  onTestFinished(() => proxy.close());
  const { code, stdout } = await run(["apply", ...inDevelopment], { COUCHDB_URL: proxy.url });
  expect([code, stdout]).toEqual([0, expect.stringContaining("3 steps unchanged")]);
  expect(proxy.requests.length).toBe(3);
  // A variable of the environment counts as the files do.
  await writeFiles(folder, { "couchdb-migrate.yaml": config.replace("ROLE: dev", "ROLE: other") });
  expect((await run(["apply", ...inDevelopment])).stdout).toContain("Applied 1 step");
});

test("allowRevert in an environment lets people go back and forth there", async () => {
  await writeFiles(folder, { "new/001.yaml": files("-new") });
  for (const path of ["migrations", "new", "migrations", "new"]) {
    const { code, stdout } = await run(["apply", path, ...inDevelopment]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Applied")]);
  }
});

test("a step that moved to another environment is not orphaned, and a copy of a one-time step does not run again", async () => {
  const once = (id: string, environments: string) =>
    `- id: ${id}\n  environments: [${environments}]\n  transformDocuments: { database: ${database}, set: { /legs: 6 } }\n`;
  await writeFiles(folder, { "a/001.yaml": files() + once("legs", "development, production") });
  expect((await run(["apply", "a", ...inDevelopment])).code).toBe(0);
  const split = once("legs", "production") + once("legs-of-development", "development");
  await writeFiles(folder, { "b/001.yaml": files() + split });
  const status = await run(["status", "b", ...inDevelopment, "--format", "json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({ orphaned: [] });
  const { code, stdout } = await run(["apply", "b", ...inDevelopment]);
  expect([code, stdout]).toEqual([1, expect.stringContaining("formerly: [legs]")]);
  const renamed = split.replace("legs-of-development\n", "legs-of-development\n  formerly: [legs]\n");
  await writeFiles(folder, { "b/001.yaml": files() + renamed });
  const again = await run(["apply", "b", ...inDevelopment, "--format", "json"]);
  expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { result: "unchanged" }]);
});

test("an env file has the address and the login, and its secrets are not shown", async () => {
  const { url, admin } = server();
  const { COUCHDB_MIGRATE_SET: set = "" } = settings;
  const lines = [`COUCHDB_URL=${url}`, `COUCHDB_USERNAME=${admin.name}`, `COUCHDB_PASSWORD='${admin.password}'`];
  await writeFiles(folder, {
    "dev.env": [...lines, `COUCHDB_MIGRATE_LEDGER_DATABASE=${ledger}`, `COUCHDB_MIGRATE_SET=${set}`, ""].join("\n"),
    "couchdb-migrate.yaml": config.replace("allowRevert: true", "envFile: dev.env"),
  });
  const result = await runCli(["apply", ...inDevelopment, "--log-level", "trace"], { cwd: folder });
  expect(result.code).toBe(0);
  expect(await ledgerDocument()).toMatchObject({ environment: "development" });
  expect(result.stdout + result.stderr).not.toContain(admin.password);
});
