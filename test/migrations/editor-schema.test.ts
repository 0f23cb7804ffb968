import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { kinds } from "../../src/kinds/index.js";

const schema = JSON.parse(await readFile(new URL("../../schemas/migration.schema.json", import.meta.url), "utf8"));
const valid = new Ajv({ strictTypes: false, strictRequired: false }).compile(schema);

test.each(kinds.map(({ name, example }) => [name, example]))("editors accept the example of %s", (_, example) => {
  valid(parse(`- id: x\n  ${example.replaceAll("\n", "\n  ")}`));
  expect(valid.errors).toBeNull();
});

test.each([
  ["a variable instead of a number", "{ name: a, q: '${Q}' }", true],
  ["a variable instead of a name", "{ name: '${NAME}' }", true],
  ["text instead of a number", "{ name: a, q: many }", false],
  ["a bad name", "{ name: Bad }", false],
  ["an unknown field", "{ name: a, nmae: b }", false],
])("whether editors accept %s", (_, spec, expected) => {
  expect(valid(parse(`- id: x\n  ensureDatabase: ${spec}\n`))).toBe(expected);
});

test.each([
  ["a step that removes", { removeDatabase: { name: "a" } }, true],
  ["a step that transforms", { transformDocuments: { database: "a", unset: ["/b"] } }, true],
  ["any other step", { ensureDatabase: { name: "a" } }, false],
])("whether editors accept `require` in %s", (_, step, expected) => {
  expect(valid([{ id: "a", require: { documents: { atMost: 100 } }, ...step }])).toBe(expected);
});

test.each([
  ["no id", [{ ensureDatabase: { name: "a" } }]],
  ["no kind", [{ id: "a" }]],
  ["two kinds", [{ id: "a", ensureDatabase: { name: "a" }, ensureSecurity: { database: "a" } }]],
])("editors refuse a step with %s", (_, file) => {
  expect(valid(file)).toBe(false);
});
