/**
 * Issue forms and dependabot.yml. No package has a schema of them, so these are ours, and have only what we use;
 * GitHub's documentation describes both formats.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { commands } from "../../src/commands/index.js";
import { root } from "../support/cli.js";
import { exactly } from "../support/schemas.js";

const text = { type: "string", minLength: 1 };
const list = (items: unknown) => ({ type: "array", minItems: 1, items });

const field = exactly(
  {
    type: { const: "textarea" },
    id: { type: "string", pattern: "^[\\w-]+$" },
    attributes: exactly({ label: text, description: text, render: text }, ["description", "render"]),
    validations: exactly({ required: { type: "boolean" } }),
  },
  ["validations"],
);
const markdown = exactly({ type: { const: "markdown" }, attributes: exactly({ value: text }) });
const form = exactly({ name: text, description: text, labels: list(text), body: list({ anyOf: [field, markdown] }) });

const chooser = exactly({
  blank_issues_enabled: { type: "boolean" },
  contact_links: list(exactly({ name: text, url: { type: "string", pattern: "^https://" }, about: text })),
});

const update = exactly(
  {
    "package-ecosystem": { enum: ["npm", "github-actions"] },
    directory: { enum: ["/", "/site"] },
    schedule: exactly({ interval: { enum: ["daily", "weekly", "monthly"] } }),
    cooldown: exactly({ "default-days": { type: "integer", minimum: 1, maximum: 90 } }),
    groups: { type: "object", additionalProperties: exactly({ patterns: list(text) }) },
  },
  ["cooldown", "groups"],
);
const dependabot = exactly({ version: { const: 2 }, updates: list(update) });

const read = (path: string) => parse(readFileSync(join(root, ".github", path), "utf8"));

function problems(schema: object, value: unknown) {
  const ajv = new Ajv({ allErrors: true });
  ajv.validate(schema, value);
  return ajv.errors ?? [];
}

const templates = readdirSync(join(root, ".github/ISSUE_TEMPLATE")).map((name) => `ISSUE_TEMPLATE/${name}`);

describe("the file", () => {
  it.each([
    ...templates.filter((path) => !path.endsWith("/config.yml")).map((path) => [path, form] as const),
    ["ISSUE_TEMPLATE/config.yml", chooser],
    ["dependabot.yml", dependabot],
  ] as const)("%s has the form that GitHub reads", (path, schema) => expect(problems(schema, read(path))).toEqual([]));

  it("would be refused in another form", () =>
    expect(problems(dependabot, { version: 2, updates: [{ "package-ecosystem": "npm", directry: "/" }] })).not.toEqual(
      [],
    ));
});

it("the bug report form asks for the output of a command that exists", () => {
  const ids = read("ISSUE_TEMPLATE/bug.yml").body.map(({ id }: { id?: string }) => id);
  expect(ids).toContain("doctor");
  expect(commands.map(({ name }) => name)).toContain("doctor");
});

it("dependabot updates everything that is pinned in a form that it reads", () => {
  const places = read("dependabot.yml").updates.map(
    (one: Record<string, unknown>) => `${one["package-ecosystem"]} ${one.directory}`,
  );
  expect(places.toSorted()).toEqual(["github-actions /", "npm /", "npm /site"]);
});
