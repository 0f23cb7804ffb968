/** Steps that are limited to environments. */
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/contract/events.js";
import type { LoadOptions } from "../../src/migrations/load.js";
import { kinds } from "./kinds.js";
import { load, problemsOf } from "./support.js";

const declared = ["development", "production"];
const inDevelopment: LoadOptions = { kinds, environment: "development", environments: declared };

const set = `- id: always
  ensureThing: { name: a }
- id: seeds
  environments: [development]
  ensureThing: { name: b }
- id: real
  environments: [production]
  ensureThing: { name: c }
`;

async function idsIn(text: string, options: LoadOptions) {
  const { steps, elsewhere } = await load({ "001.yaml": text }, { kinds, ...options });
  return { ids: steps.map(({ id }) => id), elsewhere };
}

describe("a set", () => {
  test("has the steps of its environment, and those of all", async () => {
    expect(await idsIn(set, inDevelopment)).toEqual({ ids: ["always", "seeds"], elsewhere: ["real"] });
    expect(await idsIn(set, { environment: "production" })).toEqual({ ids: ["always", "real"], elsewhere: ["seeds"] });
  });

  test("that names none is the same with and without one", async () => {
    const text = "- id: always\n  ensureThing: { name: a }\n";
    expect(await idsIn(text, {})).toEqual({ ids: ["always"], elsewhere: undefined });
    expect(await idsIn(text, inDevelopment)).toEqual({ ids: ["always"], elsewhere: undefined });
  });

  test("has the same checksums, whatever environments its steps name", async () => {
    const of = async (line: string) =>
      (await load({ "001.yaml": `- id: a\n${line}  ensureThing: { name: a }\n` }, inDevelopment)).steps[0]?.checksum;
    expect(await of("  environments: [development]\n")).toBe(await of(""));
  });
});

const step = (id: string, environments: string, spec: string) =>
  `- id: ${id}\n${environments && `  environments: [${environments}]\n`}  ${spec}\n`;

describe("a problem", () => {
  test.each<[string, string, LoadOptions, string]>([
    [
      "no environment was chosen",
      set,
      { environments: declared },
      "3:7 environment-needed: this step names environments, so choose one with --environment: development, production",
    ],
    [
      "an environment that is not declared",
      step("a", "developmnt", "ensureThing: {}"),
      inDevelopment,
      "2:18 unknown-environment: unknown environment `developmnt`; did you mean `development`?",
    ],
    [
      "an environment that is like none of those",
      step("a", "canary", "ensureThing: {}"),
      inDevelopment,
      "2:18 unknown-environment: unknown environment `canary`; the declared ones are development, production",
    ],
    [
      "an environment, although none is declared",
      step("a", "canary", "ensureThing: {}"),
      { environments: [] },
      "2:18 unknown-environment: environment `canary` is not declared; add it to `environments:` in couchdb-migrate.yaml",
    ],
    [
      "text instead of a list",
      "- id: a\n  environments: development\n  ensureThing: {}\n",
      inDevelopment,
      "2:17 wrong-type: `environments` is a list of the environments in which the step exists: `environments: [development]`",
    ],
    [
      "an empty list",
      "- id: a\n  environments: []\n  ensureThing: {}\n",
      inDevelopment,
      "2:3 wrong-type: `environments` is a list of the environments in which the step exists: `environments: [development]`",
    ],
    [
      "a number as a name",
      step("a", "1", "ensureThing: {}"),
      inDevelopment,
      "2:18 bad-environment: the name of an environment is text: a name of up to 100 letters, digits, `.`, `_` and `-` that begins with a letter or digit",
    ],
    [
      "a wrong value in a step of another environment",
      step("a", "production", "ensureThing: { count: none }"),
      inDevelopment,
      "3:25 wrong-type: `count` must be a whole number, not text",
    ],
    [
      "one object in two steps of one environment",
      step("a", "production, development", "claimThing: { name: x }") +
        step("b", "production", "claimThing: { name: x }"),
      inDevelopment,
      "6:3 claimed-twice: thing/x is already declared at 001.yaml:3:3; edit that step instead",
    ],
    [
      "one object in a step of one environment, and in a step of all",
      step("a", "", "claimThing: { name: x }") + step("b", "production", "claimThing: { name: x }"),
      inDevelopment,
      "5:3 claimed-twice: thing/x is already declared at 001.yaml:2:3; edit that step instead",
    ],
    [
      "one id in two environments",
      step("a", "development", "ensureThing: {}") + step("a", "production", "ensureThing: {}"),
      inDevelopment,
      "4:7 duplicate-id: id `a` is already used at 001.yaml:1:7; ids must be unique across all files",
    ],
    [
      "a missing variable of the chosen environment",
      step("a", "development", `ensureThing: { name: "\${NAME}" }`),
      inDevelopment,
      "3:25 missing-variable: the variable `NAME` is not set: set it or `NAME_FILE`, or give it a default: `${NAME:-…}`",
    ],
  ])("%s", async (_title, text, options, expected) => {
    const problems = await problemsOf(load({ "001.yaml": text }, { kinds, ...options }));
    const shown = problems.map(({ line, column, code, message }) => `${line}:${column} ${code}: ${message}`);
    const withoutFolder = shown.map((one) => one.replaceAll(/\/\S*\/migrations\//g, ""));
    expect(withoutFolder[0]).toBe(expected);
  });

  test("is none: one object in steps of different environments", async () => {
    const text =
      step("a", "development", "claimThing: { name: x }") + step("b", "production", "claimThing: { name: x }");
    expect(await idsIn(text, inDevelopment)).toEqual({ ids: ["a"], elsewhere: ["b"] });
  });

  test("is none: a missing variable of another environment", async () => {
    const text = step("a", "production", `ensureThing: { name: "\${NAME}", password: "\${SECRET}" }`);
    const { steps, unset } = await load({ "001.yaml": text }, inDevelopment);
    expect([steps, unset]).toEqual([[], undefined]);
  });

  test("is the environment itself, if it is not declared", async () => {
    const loading = load({ "001.yaml": set }, { kinds, environment: "canary", environments: declared });
    await expect(loading).rejects.toMatchObject({ code: "invalid-settings" });
  });
});

describe("the variables of an environment", () => {
  const text = `- id: a\n  ensureThing: { name: "\${NAME}" }\n`;
  const variables = { NAME: "usual" };

  test.each<[string, LoadOptions, string]>([
    ["are used if the process has none", {}, "usual"],
    ["come after those of the process", { env: { NAME: "own" } }, "own"],
    ["come after an empty one of the process", { env: { NAME: "" } }, ""],
  ])("%s", async (_title, options, name) => {
    const { steps } = await load({ "001.yaml": text }, { kinds, variables, ...options });
    expect(steps[0]?.desired).toMatchObject({ name });
  });

  test("come after a file of the process", async () => {
    const loading = load({ "001.yaml": text, "name.txt": "" }, { kinds, variables, env: { NAME_FILE: "nowhere" } });
    expect(await problemsOf(loading)).toMatchObject([{ code: "missing-file" }]);
  });

  test("get a warning if a secret field uses them", async () => {
    const events: Event[] = [];
    const secret = `- id: a\n  ensureThing: { name: x, password: "\${SECRET}" }\n`;
    const { steps } = await load(
      { "001.yaml": secret },
      { kinds, variables: { SECRET: "for-development", NAME: "x" }, emit: (event) => void events.push(event) },
    );
    expect(steps[0]?.desired).toMatchObject({ password: "for-development" });
    expect(events).toMatchObject([{ type: "warning", code: "plain-secret" }]);
    expect(JSON.stringify(events)).toContain("SECRET is a secret of the files");
    expect(JSON.stringify(events)).not.toContain("for-development");
  });
});
