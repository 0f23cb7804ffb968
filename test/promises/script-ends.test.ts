/** However a script goes wrong, `apply` says so, fails its step, and releases the lease. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loginEnv, type RunningCli, startCli } from "../support/cli.js";
import { databaseName } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

let database: string;
beforeEach(async () => {
  database = databaseName();
  await must(server(), "PUT", `/${database}`);
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: [{ _id: "abathur" }] } });
});

const login = () => {
  const { url, admin } = server();
  return loginEnv(url, admin);
};

interface Started extends RunningCli {
  readonly folder: string;
}

async function start(
  script: string,
  flags: readonly string[] = [],
  env: object = {},
  command = "apply",
): Promise<Started> {
  const yaml = `- id: legs\n  transformDocuments: { database: ${database}, script: x.mjs }\n`;
  const folder = await tempFolder({ "migrations/001.yaml": yaml, "migrations/x.mjs": script });
  const args = [
    command,
    ...(command === "validate" ? [] : ["--set", database]),
    "--termination-log",
    "end.log",
    "--log-format",
    "json",
    ...flags,
  ];
  return { ...startCli(args, { cwd: folder, env: { ...login(), ...env } }), folder };
}

const linesOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const end = ({ folder }: Started) => readFile(join(folder, "end.log"), "utf8");

/** The holder of the lease, or `null`. */
async function leaseNow(): Promise<unknown> {
  const cwd = await tempFolder({});
  const { stdout } = await startCli(["status", "--set", database, "--format", "json"], { cwd, env: login() }).result;
  return (JSON.parse(stdout) as { lease: unknown }).lease;
}

const wrong: [title: string, script: string, says: RegExp][] = [
  [
    "never settles",
    "export default () => new Promise(() => {});",
    /did not end within 2 s \(--script-timeout\), while it changed abathur/,
  ],
  ["loops", "export default () => { for (;;); };", /did not end within 2 s/],
  [
    "throws too late",
    "export default () => new Promise(() => setTimeout(() => { throw new Error('late'); }));",
    /outside its function: late/,
  ],
  [
    "has an unhandled rejection",
    "export default () => { Promise.reject(new Error('lost')); return new Promise(() => {}); };",
    /outside its function: lost/,
  ],
  ["exits", "export default () => process.exit(0);", /ended by itself/],
];
it.each(wrong)("a script that %s fails its step with exit code 1, and the lease is free", async (_, script, says) => {
  const running = await start(script, ["--script-timeout", "2s"]);
  const { code, stdout, stderr } = await running.result;
  expect(code, stderr).toBe(1);
  const failure = { id: "legs", database, code: "step-failed", message: expect.stringMatching(says) };
  expect(linesOf(stdout)).toMatchObject([{ result: "failed", failures: [failure] }]);
  expect(linesOf(stderr)).toContainEqual(expect.objectContaining({ level: "error", id: "legs" }));
  expect(await end(running)).toMatch(says);
  expect(await leaseNow(), stderr).toBeNull();
});

it("a script with a top-level await that never settles is invalid input, and nothing is applied", async () => {
  const running = await start("await new Promise(() => {}); export default (document) => document;");
  const { code, stderr } = await running.result;
  expect(code, stderr).toBe(3);
  expect(stderr).toContain("awaits something that never");
  expect(await end(running)).toContain("invalid");
});

it("SIGTERM while a script computes ends with exit code 7, an unfinished step and a free lease", async () => {
  const loop = "import { writeSync } from 'node:fs'; export default () => { writeSync(1, 'computing\\n'); for (;;); };";
  const running = await start(loop);
  running.child.stdout?.once("data", () => running.child.kill("SIGTERM"));
  const { code, stdout, stderr } = await running.result;
  expect(code, stderr).toBe(7);
  expect(linesOf(stdout.replace("computing\n", ""))).toMatchObject([{ result: "interrupted", unfinished: ["legs"] }]);
  expect(await end(running)).toMatch(/interrupted/);
  expect(await leaseNow(), stderr).toBeNull();
});

const loading: [title: string, source: string][] = [
  ["loops", "for (;;);"],
  ["awaits something that never", "setInterval(() => {}, 1e6); await new Promise(() => {});"],
];
describe.each(loading)("SIGTERM while a script that %s is loaded", (_, source) => {
  const script = `import { writeSync } from 'node:fs'; writeSync(1, 'loading\\n'); ${source} export default () => {};`;

  it.each(["apply", "plan", "validate"])(
    "%s exits with code 7 as interrupted, and reports nothing else",
    async (command) => {
      const running = await start(script, [], {}, command);
      running.child.stdout?.once("data", () => running.child.kill("SIGTERM"));
      const { code, stdout, stderr } = await running.result;
      expect([code, stdout], stderr).toEqual([7, "loading\n"]);
      expect(linesOf(stderr)).toMatchObject([{ level: "error", code: "interrupted" }]);
      expect(await end(running)).toMatch(/^interrupted: the run was interrupted/);
    },
  );
});

/** Runs a command with a fault outside of any script, like one of our own. */
async function withFault(fault: string, script: string, flags: readonly string[]): Promise<Started> {
  const folder = await tempFolder({ "fault.cjs": fault });
  return start(script, flags, { NODE_OPTIONS: `--require ${join(folder, "fault.cjs")}` });
}

const throwing: [title: string, how: string][] = [
  ["an uncaught exception", "setImmediate(() => { throw new Error('unforeseen'); })"],
  ["an uncaught rejection", "Promise.reject(new Error('unforeseen'))"],
];
it.each(throwing)("%s fails the run with a message and exit code 1, and the lease is free", async (_, how) => {
  const fault = `
    const http = require("node:http");
    const { request } = http;
    http.request = (options, ...rest) => {
      if (String(options.path).includes("/_bulk_docs")) ${how};
      return request(options, ...rest);
    };`;
  const running = await withFault(fault, "export default (document) => ({ ...document, legs: 6 });", []);
  const { code, stdout, stderr } = await running.result;
  expect(code, stderr).toBe(1);
  expect(linesOf(stdout)).toMatchObject([{ result: "failed", failures: [] }]);
  expect(linesOf(stderr).at(-1)).toMatchObject({
    level: "error",
    code: "bug",
    msg: expect.stringContaining("unforeseen"),
  });
  expect(await end(running)).toContain("unforeseen");
  expect(await leaseNow(), stderr).toBeNull();
});

it("a process that runs out of work before its command is done says so, with exit code 1", async () => {
  const fault = `
    require("node:timers/promises").setTimeout = () => new Promise(() => {});`;
  const flags = ["--wait", "1m", "--url", "http://127.0.0.1:9"];
  const running = await withFault(fault, "export default (document) => document;", flags);
  const { code, stderr } = await running.result;
  expect(code, stderr).toBe(1);
  expect(linesOf(stderr).at(-1)).toMatchObject({
    level: "error",
    code: "bug",
    msg: expect.stringContaining("nothing is left"),
  });
  expect(await end(running)).toContain("nothing is left");
});
