/**
 * Every command of the installed package, with every format, as a user runs it: one service, from its first file on.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { commands } from "../../src/commands/index.js";
import { type CliResult, runCli, startCli } from "../support/cli.js";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { installed } from "../support/installer.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { makeFolder, removeFolder, tempFolder, writeFiles } from "../support/temp.js";

const { program, folder: project, package: inside } = await installed();
const { url, admin } = server();
const database = uniqueName("installed");
const ledger = uniqueName("ledger");

/** A step that uses every part that is loaded on demand: modules, gzip, views, indexes. */
const migrations = `
- id: units
  ensureDatabase: { name: ${database} }
- id: units-views
  ensureDesignDocs: { database: ${database}, from: ../design }
- id: units-by-legs
  ensureIndexes: { database: ${database}, indexes: { by-legs: { index: { fields: [legs] } } } }
- id: units-seed
  ensureDocuments: { database: ${database}, from: ../units.ndjson.gz }
- id: units-legs
  transformDocuments: { database: ${database}, script: ../legs.mjs, allowDestroy: true }
`;

let cwd: string;
/** The address and the login as files: as Kubernetes mounts them. */
let env: Record<string, string>;

beforeAll(async () => {
  cwd = await makeFolder();
  await must(server(), "PUT", `/${ledger}`);
  await writeFiles(cwd, {
    "migrations/001-units.yaml": migrations,
    "design/units/views/by-legs/map.js": "function (doc) { emit(doc.legs); }\n",
    "legs.mjs": "export default (document) => ({ ...document, legs: 6 });\n",
    "couchdb-migrate.yaml": `ledgerDatabase: ${ledger}\nlogLevel: debug\n`,
    url,
    name: `${admin.name}\n`,
    password: `${admin.password}\n`,
  });
  await writeFile(join(cwd, "units.ndjson.gz"), gzipSync('{"_id":"zergling"}\n{"_id":"drone"}\n'));
  env = { COUCHDB_URL_FILE: "url", COUCHDB_USERNAME_FILE: "name", COUCHDB_PASSWORD_FILE: "password" };
});
afterAll(async () => {
  await removeFolder(cwd);
  for (const name of [database, ledger]) await removeDatabase(name);
});

/** The words of a command line, as one string. */
async function run(line: string): Promise<CliResult> {
  return runCli(line.split(" "), { cwd, env, program });
}

async function succeed(line: string): Promise<string> {
  const { code, stdout, stderr } = await run(line);
  if (code !== 0) expect.fail(`${line}: exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** The document on stdout; every line on stderr is a JSON object, too. */
async function json(line: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(`${line} --format json --log-format json`);
  if (code !== 0) expect.fail(`${line}: exit code ${code}\n${stdout}${stderr}`);
  for (const one of stderr.split("\n").slice(0, -1)) expect(JSON.parse(one)).toHaveProperty("level");
  return JSON.parse(stdout);
}

// One after another: each starts from what the previous ones have left.
describe("the installed command", () => {
  it("validates", async () => {
    expect(await succeed("validate")).toContain("5 steps");
    expect(await json("validate")).toMatchObject({ valid: true, steps: 5 });
  });

  it("waits", async () => {
    expect(await succeed("wait")).toBe("CouchDB is ready.\n");
  });

  it("plans as text, JSON and Markdown, on stdout and into a file", async () => {
    expect(await succeed("plan --log-format pretty")).toContain("4 to create, 1 to change");
    expect(await json("plan --set units")).toMatchObject({ changes: 5, set: "units" });
    expect(await succeed("plan --format markdown")).toMatch(/^#/m);
    await succeed("plan --out plan.md --format markdown");
    expect(await readFile(join(cwd, "plan.md"), "utf8")).toContain("| design document units |");
    expect((await run("plan --detailed-exitcode")).code).toBe(2);
    expect(await json("apply --dry-run")).toMatchObject({ changes: 5 });
  });

  it("applies, and then has nothing to do", async () => {
    expect(JSON.parse(await succeed("apply --log-format json"))).toMatchObject({ applied: { length: 5 } });
    expect(await must(server(), "GET", `/${database}/drone`)).toMatchObject({ legs: 6 });
    expect(await json("apply --verify")).toMatchObject({ result: "unchanged", applied: [] });
  });

  it("shows the status", async () => {
    expect(await succeed("status")).toContain("units-legs");
    expect(await json("status")).toMatchObject({ set: "default" });
  });

  it("examines the machine and the server", async () => {
    expect(await succeed("doctor")).toContain("CouchDB at");
    expect(await json("doctor")).toMatchObject({ formatVersion: 1, checks: expect.anything() });
  });

  it("imports what exists", async () => {
    expect(await succeed(`import --database ${database} --out imported`)).toContain("imported");
    expect(await json(`import --database ${database} --out imported --force`)).toMatchObject({ out: "imported" });
    expect(await succeed("validate imported")).toContain("steps");
  });

  it("accepts a step, forgets one, and unlocks", async () => {
    expect(await succeed("ledger accept units-legs")).toContain("units-legs");
    expect(await succeed("ledger forget units-views")).toContain("units-views");
    expect(await json("plan")).toMatchObject({ changes: 0, steps: expect.anything() });
    expect((await run("unlock")).code).toBe(0);
  });

  it("writes new files and the schema", async () => {
    expect(await succeed("new hatchery --kind ensureUser")).toContain("hatchery.yaml");
    expect(JSON.parse(await succeed("schema"))).toHaveProperty("$schema");
  });

  it("runs the embedded server until a signal", async () => {
    const { child, result } = startCli(["sandbox", "--port", "0", "--username", "overlord", "--password", "geheim"], {
      cwd,
      program,
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let text = "";
    for await (const part of child.stdout ?? []) {
      text += part;
      if (text.includes("\n")) break;
    }
    const [, address = ""] = /COUCHDB_URL='(.*)'/.exec(text) ?? [];
    const login = { COUCHDB_URL: address, COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: "geheim" };
    const waited = await runCli(["wait"], { program, env: login });
    expect(waited).toMatchObject({ code: 0, stdout: "CouchDB is ready.\n" });
    child.kill("SIGTERM");
    expect(await result).toMatchObject({ code: 0 });
  });

  it("rehearses in the embedded server, repeatedly", async () => {
    const files = { "migrations/001.yaml": "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n" };
    const folder = await tempFolder(files);
    for (const _ of [1, 2]) {
      const { code, stdout } = await runCli(["apply", "--sandbox", "--format", "json"], { cwd: folder, program });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ result: "applied", applied: ["zerglings"] });
    }
  });

  it("prints help and its version, even when npx runs it", async () => {
    const { version } = JSON.parse(await readFile(join(inside, "package.json"), "utf8"));
    const npx = await promisify(execFile)("npx", ["--no-install", "couchdb-migrate", "--version"], { cwd: project });
    expect(npx.stdout).toBe(`${version}\n`);
    const help = await succeed("--help");
    for (const { name } of commands) expect(help).toContain(name.split(" ")[0]);
    expect(await succeed("ledger --help")).toContain("ledger forget");
    expect(await succeed("plan --help")).toContain("--detailed-exitcode");
  });

  it("refuses Markdown for commands without it, and a JSON log says why", async () => {
    const { code, stderr } = await run("status --format markdown --log-format json");
    expect([code, JSON.parse(stderr)]).toEqual([3, expect.objectContaining({ level: "error" })]);
  });
});
