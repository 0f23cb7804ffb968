/** Files that are older than what is applied: reported clearly in every output of the command line. */
import { readFile } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";

const loud = "NOT APPLIED: these files are older than what is applied";

let database: string;
let folder: string;
let settings: Record<string, string>;

const step = (role: string) => `- id: made
  ensureDatabase: { name: ${database} }
- id: members
  ensureSecurity: { database: ${database}, members: { roles: [${role}] } }
`;

beforeEach(async () => {
  database = databaseName("older-cli");
  const { url, admin } = server();
  settings = {
    ...loginEnv(url, admin),
    COUCHDB_MIGRATE_SET: uniqueName("set"),
    COUCHDB_MIGRATE_LEDGER_DATABASE: await freshDatabase("ledger"),
  };
  folder = await tempFolder({ "v1/001.yaml": step("x"), "v2/001.yaml": step("intruder") });
  for (const version of ["v1", "v2"]) expect((await run(["apply", version])).code).toBe(0);
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const all = { COUCHDB_MIGRATE_TERMINATION_LOG: `${folder}/end`, ...settings, ...env };
  const result = await runCli(args, { cwd: folder, env: all });
  return { ...result, termination: await readFile(`${folder}/end`, "utf8").catch(() => "") };
}

async function roles(): Promise<unknown> {
  return (await must(server(), "GET", `/${database}/_security`)).members.roles;
}

test("apply exits with 0, and says so on stdout, in the log and in the termination message", async () => {
  const { code, stdout, stderr, termination } = await run(["apply", "v1"]);
  expect(code).toBe(0);
  for (const text of [stdout, stderr, termination]) expect(text).toContain(loud);
  for (const text of [stdout, stderr]) expect(text).toContain("--allow-revert");
  expect(await roles()).toEqual(["intruder"]);
});

test("a new version that failed before it wrote anything does not make the one before it older", async () => {
  await writeFiles(folder, { "v3/001.yaml": `- id: nowhere\n  ensureSecurity: { database: ${database}-typo }\n` });
  expect((await run(["apply", "v3"])).code).toBe(1);
  const restarted = await run(["apply", "v2", "--on-older", "fail", "--detailed-exitcode", "--format", "json"]);
  expect([restarted.code, JSON.parse(restarted.stdout)]).toMatchObject([0, { result: "unchanged" }]);
  expect((await run(["apply", "v1"])).stdout).toContain(loud);
});

test("a new version that failed after its first write makes the previous one older", async () => {
  const broken = `- id: nowhere\n  ensureSecurity: { database: ${database}-typo }\n`;
  await writeFiles(folder, { "v3/001.yaml": step("y") + broken });
  expect((await run(["apply", "v3", "--concurrency", "1"])).code).toBe(1);
  const restarted = await run(["apply", "v2"]);
  expect([restarted.code, restarted.stdout]).toEqual([0, expect.stringContaining(loud)]);
  expect(await roles()).toEqual(["y"]);
});

test("apply --on-older fail says so in the log and in the termination message", async () => {
  const { stderr, termination } = await run(["apply", "v1", "--on-older", "fail"]);
  for (const text of [/^error.*$/m.exec(stderr)?.[0], termination]) expect(text).toContain(loud);
});

test("a JSON log has its own event, at level warning", async () => {
  const { code, stdout, stderr } = await run(["apply", "v1", "--log-format", "json"]);
  expect(code).toBe(0);
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const events = lines.filter(({ type, event }) => (type ?? event) === "older");
  expect(events).toMatchObject([
    { level: "warn", steps: 2, older: { by: "version" }, msg: expect.stringContaining(loud) },
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ result: "older", skipped: ["made", "members"], older: { by: "version" } });
});

test.each([
  ["text", loud],
  ["markdown", "## CouchDB plan: NOT APPLIED"],
  ["json", '"older": {'],
])("a plan as %s says NOT APPLIED", async (format, text) => {
  const { code, stdout, termination } = await run(["plan", "v1", "--format", format]);
  expect([code, termination]).toEqual([0, expect.stringContaining(loud)]);
  expect(stdout).toContain(text);
});

test("status says NOT APPLIED", async () => {
  const { code, stdout, termination } = await run(["status", "v1"]);
  expect([code, termination]).toEqual([0, expect.stringContaining(loud)]);
  expect(stdout).toContain(loud);
});

test.each([
  ["plan --detailed-exitcode", ["plan", "v1", "--detailed-exitcode"], 2],
  ["apply --detailed-exitcode", ["apply", "v1", "--detailed-exitcode"], 2],
  ["plan --on-older fail", ["plan", "v1", "--on-older", "fail"], 1],
  ["apply --on-older fail", ["apply", "v1", "--on-older", "fail"], 1],
  ["apply --dry-run --on-older fail", ["apply", "v1", "--dry-run", "--on-older", "fail"], 1],
])("the exit code of %s", async (_, args, code) => {
  expect((await run(args)).code).toBe(code);
});

describe("going back is allowed", () => {
  test.each([
    ["by the flag", ["--allow-revert"], {}],
    ["by the variable", [], { COUCHDB_MIGRATE_ALLOW_REVERT: "true" }],
  ])("%s", async (_, args, env) => {
    const { code, stderr } = await run(["apply", "v1", ...args], env);
    expect([code, await roles()]).toEqual([0, ["x"]]);
    expect(stderr).toContain("these older files are now the newest");
    expect((await run(["apply", "v2"])).stdout).toContain(loud);
  });

  test("by the key in couchdb-migrate.yaml, for a development environment", async () => {
    await writeFiles(folder, { "couchdb-migrate.yaml": "allowRevert: true\n" });
    for (const [version, role] of [
      ["v1", "x"],
      ["v2", "intruder"],
      ["v1", "x"],
    ] as const) {
      expect((await run(["apply", version])).code).toBe(0);
      expect(await roles()).toEqual([role]);
    }
  });
});

test("the fast path skips no release that must be noted or refused", async () => {
  const of = (release: string) => ({ COUCHDB_MIGRATE_RELEASE: release });
  const requests = async (env: Record<string, string>) =>
    JSON.parse((await run(["apply", "v2", "--format", "json"], env)).stdout);
  expect((await run(["apply", "v2"], of("2"))).code).toBe(0);
  expect(await requests(of("2"))).toMatchObject({ result: "unchanged", requests: { reads: 3, writes: 0 } });
  expect(await requests({})).toMatchObject({ result: "unchanged", requests: { reads: 3, writes: 0 } });
  expect(await requests(of("1"))).toMatchObject({ result: "older", older: { by: "release" } });
  expect((await requests(of("3"))).requests.writes).toBeGreaterThan(0);
  expect(await requests(of("2"))).toMatchObject({ result: "older", older: { by: "release" } });
});

test("ledger release corrects the recorded release, and its hint can be pasted", async () => {
  expect((await run(["apply", "v2"], { COUCHDB_MIGRATE_RELEASE: "9" })).code).toBe(0);
  await writeFiles(folder, { "v3/001.yaml": step("y") });
  const refused = await run(["apply", "v3", "--release", "3"]);
  expect(refused.code).toBe(1);
  const [, hint = ""] = /`couchdb-migrate (ledger release none[^`]*)`/.exec(refused.stderr) ?? [];
  // The hint contains everything it needs.
  const { COUCHDB_MIGRATE_SET: _, COUCHDB_MIGRATE_LEDGER_DATABASE: __, ...connection } = settings;
  settings = { ...connection, COUCHDB_MIGRATE_SET: "another" };
  const corrected = await run(hint.split(" "));
  expect([corrected.code, corrected.stdout]).toEqual([0, "The set has no release now.\n"]);
});

test.each([
  ["a word", ["ledger", "release", "soon"], 3],
  ["no value", ["ledger", "release"], 3],
  ["a wrong flag", ["apply", "v1", "--release", "v7"], 3],
])("a release with %s is refused", async (_, args, code) => {
  expect((await run(args)).code).toBe(code);
});
