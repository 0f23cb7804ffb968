/** Checks by others for workflows: actionlint, and the parser that GitHub's own editor support uses. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { root } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";
import { exampleFiles, files } from "./workflows.js";

const all = [...files, ...exampleFiles];

const broken = `
name: broken
on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "\${{ github.event.pull_request.title }}"
`;

async function actionlint(...paths: readonly string[]): Promise<string> {
  const run = promisify(execFile)(process.execPath, ["scripts/actionlint.mjs", ...paths], { cwd: root });
  return (await run.catch((error) => error)).stdout;
}

/** Problems that GitHub's parser finds. Bundled, because Node 20 refuses the way it imports its schema. */
async function problems(
  files: readonly (readonly [name: string, content: string])[],
  parser: "parseWorkflow" | "parseAction" = "parseWorkflow",
): Promise<string[]> {
  const outfile = join(await tempFolder(), "parser.cjs");
  const exported = ["", "/actions/index"].map((path) => `export * from "@actions/workflow-parser${path}";`);
  const stdin = { contents: exported.join("\n"), resolveDir: root };
  await build({ stdin, bundle: true, platform: "node", outfile, absWorkingDir: root, logLevel: "error" });
  const { NoOperationTraceWriter, [parser]: parse } = createRequire(import.meta.url)(outfile);
  return files.flatMap(([name, content]) => {
    const { context } = parse({ name, content }, new NoOperationTraceWriter());
    return context.errors.getErrors().map(({ message }: Error) => `${name}: ${message}`);
  });
}

describe("actionlint", () => {
  it("finds no problem in any workflow", async () => expect(await actionlint(...all)).toBe(""));
  it("would find a mistake", async () => {
    const found = await actionlint(join(await tempFolder({ "broken.yml": broken }), "broken.yml"));
    expect(found).toContain("potentially untrusted");
  });
});

describe("GitHub's parser", () => {
  it("accepts every workflow", async () =>
    expect(await problems(all.map((file) => [file, readFileSync(file, "utf8")]))).toEqual([]));
  it("would refuse what is not in the schema", async () =>
    expect(await problems([["broken.yml", broken.replace("steps:", "stepz:")]])).toContainEqual(
      expect.stringContaining("stepz"),
    ));
  it("accepts action.yml, and would refuse a key that actions don't have", async () => {
    const text = readFileSync(join(root, "action.yml"), "utf8");
    expect(await problems([["action.yml", text]], "parseAction")).toEqual([]);
    const wrong = text.replace("using: composite", "using: composite\n  stepz: []");
    expect(await problems([["action.yml", wrong]], "parseAction")).toContainEqual(expect.stringContaining("stepz"));
  });
});
