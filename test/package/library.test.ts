/** The library as programs use it: types under every module system, and one implementation for all of them. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../support/cli.js";
import { startEmbedded } from "../support/embedded.js";
import { installed } from "../support/installer.js";
import { removeFolder, writeFiles } from "../support/temp.js";
import { compile, modules } from "./compile.js";

const run = promisify(execFile);
const { folder, package: inside } = await installed();

const program = `
import { apply, type ApplyResult, type Event, InvalidInput, loadMigrations, MigrateError, type Migrations, plan, type Plan, type Sandbox, startSandbox, status, type Status } from "couchdb-migrate";

async function main(): Promise<void> {
  const migrations: Migrations = await loadMigrations("migrations");
  console.log(migrations.steps.map(({ id, kind }) => \`\${id}: \${kind}\`).join());
  const sandbox: Sandbox = await startSandbox({ username: "overmind", password: "cerebrate" });
  const events: string[] = [];
  const emit = (event: Event) => void events.push(event.type);
  const { signal } = new AbortController();
  const planned: Plan = await plan(migrations, { connection: sandbox });
  const applied: ApplyResult = await apply(migrations, { connection: sandbox, emit, signal });
  const now: Status = await status(migrations, { connection: sandbox });
  console.log(planned.changes, applied.applied.join(), events.includes("connected"), now.steps[0]?.state);
  await sandbox.stop();
  const problem = await loadMigrations("wrong").catch((error: unknown) => error);
  if (!(problem instanceof InvalidInput) || !(problem instanceof MigrateError)) throw problem;
  console.log(problem.problems.map(({ code, line }) => \`\${code} in line \${line}\`).join());
}
void main();
`;
const output = ["zerglings: ensureDatabase", "1 zerglings true applied", "unknown-step in line 2", ""];

const files = {
  "migrations/001.yaml": "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n",
  "wrong/001.yaml": "- id: zerglings\n  ensureDatabse:\n    name: zerglings\n",
};

/** The repository's nano, which the package doesn't install. Its types would need those of Node.js and undici. */
const nanoOfApplication = {
  "node_modules/nano/package.json": JSON.stringify({ name: "nano", main: "nano.js", types: "nano.d.ts" }),
  "node_modules/nano/nano.js": `module.exports = require(${JSON.stringify(join(root, "node_modules/nano"))});\n`,
  "node_modules/nano/nano.d.ts": `declare function nano(url: string): { readonly config: { url: string; db: string }; db: { list(): Promise<string[]> } };
declare namespace nano {}
export = nano;
`,
};

/** A project alongside the installed package. */
async function project(type: "module" | "commonjs", more: Readonly<Record<string, string>>): Promise<string> {
  const consumer = await mkdtemp(join(folder, "consumer-"));
  onTestFinished(() => removeFolder(consumer));
  await writeFiles(consumer, { "package.json": JSON.stringify({ private: true, type }), ...files, ...more });
  return consumer;
}

it.each(modules.map((one) => [one.title, one] as const))(
  "a program that is %s compiles strictly",
  async (_title, one) => {
    const { type, options, runs } = one;
    const cwd = await project(type, { "program.ts": program });
    expect(compile(cwd, ["program.ts"], options)).toEqual([]);
    if (!runs) return;
    const { stdout } = await run(process.execPath, ["program.js"], { cwd });
    expect(stdout.split("\n")).toEqual(output);
  },
);

it("the programs of docs/library.md compile and run", async () => {
  const server = await startEmbedded({ admins: { overmind: "for-development-only" } });
  onTestFinished(() => server.close());
  const page = await readFile(join(inside, "docs/library.md"), "utf8");
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = ""]) => text);
  const programs = blocks.map((text) => text.replace("127.0.0.1:5984", new URL(server.url).host));
  const names = programs.map((_, i) => `program${i}.ts`);
  const cwd = await project("module", {
    ...Object.fromEntries(names.map((name, i) => [name, programs[i] ?? ""])),
    ...nanoOfApplication,
  });
  expect(compile(cwd, names, modules[0].options)).toEqual([]);
  const printed: string[] = [];
  for (const name of names) {
    const { stdout } = await run(process.execPath, [name.replace(".ts", ".js")], { cwd });
    printed.push(stdout);
  }
  expect(printed).toEqual([
    "applied: zerglings\n",
    "[ '_replicator', '_users', 'couchdb-migrate', 'zerglings' ]\n",
    "none: database zerglings (zerglings)\n0 steps would change something\n",
    "200\n",
  ]);
});

it("import and require give the same functions", async () => {
  const compare = `
import { createRequire } from "node:module";
import * as imported from "couchdb-migrate";
const required = createRequire(import.meta.url)("couchdb-migrate");
const names = Object.keys(required).sort();
console.log(JSON.stringify([names, Object.keys(imported).sort(), names.filter((name) => imported[name] !== required[name])]));
`;
  const cwd = await project("module", { "compare.js": compare });
  const [required, imported, different] = JSON.parse((await run(process.execPath, ["compare.js"], { cwd })).stdout);
  expect(required).toEqual(expect.arrayContaining(["apply", "loadMigrations", "plan", "startSandbox"]));
  expect(imported).toEqual(required);
  expect(different).toEqual([]);
});
