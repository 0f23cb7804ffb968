/** The workflow for pull requests, and that nothing here tells people to run a package that nobody vouches for. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parse as parseArguments } from "../../src/commands/parse.js";
import { root } from "../support/cli.js";

interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const workflow = parse(readFileSync(join(root, "examples/github/plan.yml"), "utf8"));
const steps: readonly WorkflowStep[] = workflow.jobs.plan.steps;

test("the workflow installs what the lock file names before it runs anything, and has no secrets while it does", () => {
  const install = steps.findIndex(({ run }) => run === "npm ci");
  const plan = steps.findIndex(({ run }) => run?.includes("couchdb-migrate"));
  expect(install).toBeGreaterThan(-1);
  expect(plan).toBeGreaterThan(install);
  expect(steps[install]?.env).toBeUndefined();
});

test("the workflow gives arguments that the tool takes", () => {
  const [, line = ""] = /couchdb-migrate (.+?) \|\|/.exec(steps.flatMap(({ run }) => run ?? []).join("\n")) ?? [];
  expect(parseArguments(line.split(" "), 100)).toMatchObject({ flags: { format: "markdown", out: "plan.md" } });
});

test("every npx in the project runs what is installed", () => {
  const folders = ["docs", "examples", "schemas", "src"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const lines = [join(root, "README.md"), ...files].flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => `${file}: ${line}`),
  );
  const runs = lines.filter((line) => /\bnpx\b|unpkg\.com/.test(line));
  expect(runs.length).toBeGreaterThan(5);
  expect(runs.filter((line) => !line.includes("npx --no-install couchdb-migrate"))).toEqual([]);
});
