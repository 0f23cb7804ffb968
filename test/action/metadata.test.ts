/** action.yml: what GitHub's rules and ours say about it, apart from what its steps do. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../support/cli.js";
import { action } from "./harness.js";

const { steps } = action.runs;
const passedOn = steps.flatMap(({ env }) => Object.values(env));

it("is a composite action whose steps run one script each, with no text of others in it", () => {
  expect(action.runs.using).toBe("composite");
  for (const { run, shell } of steps) {
    const [, script = ""] = /^node "\$GITHUB_ACTION_PATH\/(action\/[\w-]+\.mjs)"$/.exec(run) ?? [];
    expect([shell, script, existsSync(join(root, script))]).toEqual(["bash", script, true]);
  }
});

it("passes every input on, and nothing that it does not have", () => {
  const named = passedOn.flatMap((text) => /\{\{ inputs\.([\w-]+) \}\}/.exec(text)?.[1] ?? []);
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(action.inputs).toSorted());
});

it("gives the token only to the step that runs no code of the project", () => {
  expect(
    steps.filter(({ env }) => Object.values(env).some((text) => text.includes("inputs.token"))).map(({ id }) => id),
  ).toEqual(["report"]);
  expect(steps.find(({ id }) => id === "report")?.env).not.toHaveProperty("INPUT_COMMAND");
});

it("has no input for a secret of CouchDB", () =>
  expect(Object.keys(action.inputs).filter((name) => /pass|user|url|secret|couchdb/i.test(name))).toEqual([]));

it("is described in examples/github/README.md with every input and output", () => {
  const page = readFileSync(join(root, "examples/github/README.md"), "utf8");
  const names = [...Object.keys(action.inputs), ...Object.keys(action.outputs)];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it("gets from the example only inputs that it has, and the secrets as variables", () => {
  const { jobs } = parse(readFileSync(join(root, "examples/github/plan.yml"), "utf8"));
  const step = jobs.plan.steps.find(({ uses }: { uses?: string }) => uses?.includes("couchdb-migrate"));
  expect(Object.keys(step.with ?? {}).filter((name) => !(name in action.inputs))).toEqual([]);
  expect(JSON.stringify(step.with ?? {})).not.toContain("secrets.");
  expect(step.env).toHaveProperty("COUCHDB_URL");
});
