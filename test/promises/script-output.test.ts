/**
 * A script that prints does not break any output: stdout has only the command's result, and each line of a JSON log is
 * JSON.
 */
import { expect, it } from "vitest";
import { mostLines } from "../../src/steps/script-output.js";
import { type CliResult, loginEnv, runCli } from "../support/cli.js";
import { freshDatabase } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const changes =
  "export default (document) => { console.log('changes', document._id); return { ...document, legs: 6 }; };";
const loads = "console.error('loads\\n\\u001b[31m');";

interface More {
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly yaml?: string;
}

async function run(command: string, { script = loads + changes, env = {}, yaml = "" }: More = {}): Promise<CliResult> {
  const database = await freshDatabase();
  await must(server(), "PUT", `/${database}/abathur`, { body: {} });
  const step = `- id: legs\n  transformDocuments: { database: ${database}, script: x.mjs }\n`;
  const cwd = await tempFolder({ "migrations/001.yaml": step + yaml, "migrations/x.mjs": script });
  const { url, admin } = server();
  const set = command.startsWith("validate") ? [] : ["--set", database];
  return runCli([...command.split(" "), ...set], { cwd, env: { ...loginEnv(url, admin), ...env } });
}

const linesOf = (text: string) =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
const outputOf = (stderr: string) => linesOf(stderr).filter(({ event }) => event === "script-output");

it.each([
  ["apply", ["loads", expect.stringContaining("[31m"), "loads", expect.stringContaining("[31m"), "changes abathur"]],
  ["plan", ["loads", expect.stringContaining("[31m"), "loads", expect.stringContaining("[31m"), "changes abathur"]],
  ["status", ["loads", expect.stringContaining("[31m")]],
  ["validate", ["loads", expect.stringContaining("[31m")]],
])("%s --log-format json had plain lines among the JSON lines", async (command, expected) => {
  const { code, stdout, stderr } = await run(`${command} --log-format json`);
  expect(code, stderr).toBe(0);
  expect(linesOf(stdout)).toHaveLength(1);
  expect(outputOf(stderr).map(({ id, text }) => [id, text])).toEqual(expected.map((text) => ["legs", text]));
});

it("plan --format json began with a script's output", async () => {
  const { stdout, stderr } = await run("plan --format json");
  expect(JSON.parse(stdout)).toMatchObject({ steps: [{ id: "legs" }] });
  const said = stderr.split("\n").filter((line) => line.includes("the script prints"));
  expect(said[1]).toBe("legs: the script prints: \\x1b[31m");
  expect(said.at(-1)).toMatch(/^legs in cm-test-.*: the script prints: changes abathur$/);
});

it("a script that can't be loaded says why in the log", async () => {
  const { code, stdout, stderr } = await run("apply --log-format json", { script: "console.log('why'); throw 1;" });
  expect([code, stdout]).toEqual([3, ""]);
  expect(outputOf(stderr)).toMatchObject([{ level: "info", id: "legs", text: "why" }]);
});

it("a script that restores the streams of its thread prints nowhere", async () => {
  const script = `delete process.stdout.write; delete process.stderr.write; ${loads} ${changes}`;
  const { code, stdout, stderr } = await run("apply --log-format json", { script });
  expect(code, stderr).toBe(0);
  expect(linesOf(stdout)).toHaveLength(1);
  expect(outputOf(stderr)).toEqual([]);
});

it("a script that prints secrets revealed them", async () => {
  const env = { SPAWN: "creep\nand-more", COUCHDB_MIGRATE_WAIT: "5s" };
  const user = `- id: user\n  ensureUser: { name: ${await freshDatabase()}, password: "\${SPAWN}" }\n`;
  const tells = "console.log(process.env.COUCHDB_PASSWORD, process.env.SPAWN, 'end');";
  const script = `${tells} export default (document) => { ${tells} return document; };`;
  const { code, stderr } = await run("plan --log-format json", { script, env, yaml: user });
  expect(code, stderr).toBe(0);
  expect(outputOf(stderr).map(({ text }) => text)).toEqual(["*** *** end", "*** *** end", "*** *** end"]);
});

it.each([
  ["many lines", `"creep\\n".repeat(3)`, 1e4],
  ["megabytes", `"creep\\n".repeat(1e6)`, 2e3],
  ["long lines", `"creep".repeat(1e3)`, 1e2],
])("a script that prints %s filled the log", async (_, text, times) => {
  const script = `export default (document) => {
    for (let i = 0; i < ${times}; i++) console.log(${text});
    return document;
  };`;
  const { code, stderr } = await run("apply --log-format json", { script });
  expect(code, stderr.slice(0, 1e3)).toBe(0);
  const output = outputOf(stderr);
  expect(output.length).toBeGreaterThan(3);
  expect(output.length).toBeLessThanOrEqual(mostLines + 1);
  expect(output.filter(({ text: line }) => line === undefined)).toHaveLength(1);
  expect(output.at(-1)).toMatchObject({ msg: "legs: the script prints more, which is left out" });
  expect(stderr.length).toBeLessThan(1e6);
});
