/** The package as its users get it: packed, installed without the optional packages, compiled against, and run. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./support/cli.js";
import { makeFolder, removeFolder, writeFiles } from "./support/temp.js";

const run = promisify(execFile);

const program = `
import { InvalidInput, loadMigrations, type ApplyResult, type Plan, type Status, apply, plan, status } from "couchdb-migrate";

export const signatures: [
  (...args: Parameters<typeof plan>) => Promise<Plan>,
  (...args: Parameters<typeof apply>) => Promise<ApplyResult>,
  (...args: Parameters<typeof status>) => Promise<Status>,
] = [plan, apply, status];

const { steps } = await loadMigrations("migrations");
console.log(steps.map(({ id, kind }) => \`\${id}: \${kind}\`).join());
try {
  await loadMigrations("wrong");
} catch (error) {
  if (!(error instanceof InvalidInput)) throw error;
  console.log(error.problems.map(({ code, line }) => \`\${code} in line \${line}\`).join());
}
`;

let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout);
  await writeFiles(folder, {
    "package.json": JSON.stringify({ private: true, type: "module" }),
    "program.ts": program,
    "migrations/001.yaml": "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n",
    "wrong/001.yaml": "- id: zerglings\n  ensureDatabse:\n    name: zerglings\n",
  });
  await run(
    "npm",
    ["install", "--omit=optional", "--prefer-offline", "--no-audit", "--no-fund", join(folder, filename)],
    {
      cwd: folder,
    },
  );
});
afterAll(() => removeFolder(folder));

describe("the installed package", () => {
  it("has types that compile, and does what they say", async () => {
    const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await run(
      process.execPath,
      [tsc, "--strict", "--module", "nodenext", "--target", "es2023", ...types, "program.ts"],
      {
        cwd: folder,
      },
    ).catch(({ stdout }) => expect.fail(stdout));
    const { stdout } = await run(process.execPath, ["program.js"], { cwd: folder });
    expect(stdout.split("\n")).toEqual(["zerglings: ensureDatabase", "unknown-step in line 2", ""]);
  });

  it("has the command", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const { stdout } = await run("npx", ["--no-install", "couchdb-migrate", "--version"], { cwd: folder });
    expect(stdout.trim()).toBe(version);
  });

  it("holds what it needs, and nothing of the workshop", async () => {
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--dry-run"], { cwd: root });
    const [{ files }] = JSON.parse(stdout);
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "dist/cli.cjs", "dist/index.d.ts"]),
    );
    expect(paths.filter((path) => /^(src|test|scripts|\.ci|migrations)\//.test(path))).toEqual([]);
  });
});
