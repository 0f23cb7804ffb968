/** Everything that can be wrong with a test file is reported, with its place and what would be correct. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, it, test } from "vitest";
import { parse } from "yaml";
import { loadMigrations, runTests } from "../../src/index.js";
import { problemsOf } from "../migrations/support.js";
import { root } from "../support/cli.js";
import { folderOf, testFile } from "./support.js";

const after = "database: zerglings\ntests:\n";

// biome-ignore format: one file per line
it.each<[problem: string, text: string, said: readonly string[]]>([
  ["no mapping", "- a\n", ["1:1 a test file must be a mapping with `database: …` and `tests: [ … ]`"]],
  ["an empty file", "", ["1:1 a test file must be a mapping with `database: …` and `tests: [ … ]`"]],
  ["bad YAML", "database: [\n", [expect.stringContaining("2:1 ")]],
  ["two documents", `${after}  - { name: a, view: brood/slain, rows: [] }\n---\na: 1\n`, ["4:1 a second YAML document (`---`) begins here; a file must contain one mapping with `tests`"]],
  ["no tests", "database: zerglings\n", ["1:1 `the test file` needs `tests`"]],
  ["an unknown field", `${after}  - { name: a, view: brood/slain, rows: [] }\ndocs: []\n`, ["4:1 unknown field `docs` in `the test file`; it has `database`, `documents`, `tests`"]],
  ["an unknown database", "database: zergling\ntests: [{ name: a, write: { _id: a }, accepted: true }]\n", ["1:11 no step of the migrations works in database `zergling`; did you mean `zerglings`?"]],
  ["no database", "tests: [{ name: a, view: brood/slain, rows: [] }]\n", ["1:9 the test has no `database`; add it to the file, or to the test"]],
  ["a test without a check", `${after}  - { name: a, rows: [] }\n`, ["3:5 the test checks nothing; add one of `view`, `write`, `filter`, `find`, `transform`"]],
  ["a misspelt check", `${after}  - { name: a, filtre: brood/x }\n`, ["3:16 the test checks nothing; did you mean `filter`?"]],
  ["two checks", `${after}  - { name: a, view: brood/slain, rows: [], write: { _id: a } }\n`, ["3:45 a test has one check, but this one already has `view`; put `write` into a separate test"]],
  ["a test that is text", `${after}  - a\n`, ["3:5 a test must be a mapping with a `name` and one of `view`, `write`, `filter`, `find`, `transform`"]],
  ["an unknown view", `${after}  - { name: a, view: brood/slian, rows: [] }\n`, ["3:22 the migrations have no view `brood/slian` in zerglings; did you mean `brood/slain`?"]],
  ["an unknown filter", `${after}  - { name: a, filter: brood/none, passes: [] }\n`, ["3:24 the migrations have no filter `brood/none` in zerglings; they have brood/of-kind"]],
  ["an unknown step", `${after}  - { name: a, transform: leg, unchanged: [] }\n`, ["3:27 the migrations have no transformDocuments step `leg` in zerglings; did you mean `legs`?"]],
  ["a step of another kind", `${after}  - { name: a, transform: designs, unchanged: [] }\n`, ["3:27 the migrations have no transformDocuments step `designs` in zerglings; they have legs"]],
  ["a parameter that no view has", `${after}  - { name: a, view: brood/slain, query: { groups: true }, rows: [] }\n`, ["3:44 unknown field `groups` in `query`; did you mean `group`?"]],
  ["keys and a range", `${after}  - { name: a, view: brood/slain, query: { keys: [1], startkey: 1 }, rows: [] }\n`, ["3:65 `keys` can't be combined with `startkey`; remove one"]],
  ["rows and an error", `${after}  - { name: a, view: brood/slain, rows: [], error: x }\n`, ["3:52 a query returns rows or an error; remove `error` or `rows`"]],
  ["a view without an expectation", `${after}  - { name: a, view: brood/slain }\n`, ["3:5 the test expects nothing: add `rows`, or `error`"]],
  ["a write without an expectation", `${after}  - { name: a, write: { _id: a } }\n`, ["3:5 the test expects nothing: add `accepted: true`, or `refused`"]],
  ["a write that is accepted and refused", `${after}  - { name: a, write: { _id: a }, accepted: true, refused: x }\n`, ["3:60 a write is accepted or refused; remove one of the expectations"]],
  ["a filter without an expectation", `${after}  - { name: a, filter: brood/of-kind }\n`, ["3:5 the test expects nothing: add `passes`, a list of ids"]],
  ["a query without an expectation", `${after}  - { name: a, find: { selector: {} } }\n`, ["3:5 the test expects nothing: add `finds`, or `index`"]],
  ["a transformation without an expectation", `${after}  - { name: a, transform: legs }\n`, ["3:5 the test expects nothing: add `becomes`, `unchanged` or `deletes`"]],
  ["a document that appears twice", `documents: [{ _id: a }, { _id: a }]\n${after}  - { name: a, view: brood/slain, rows: [] }\n`, ["1:32 the document `a` appears twice in this step"]],
  ["a file of documents that does not exist", `documents: { from: none.json }\n${after}  - { name: a, view: brood/slain, rows: [] }\n`, [expect.stringMatching(/^1:20 .*none.json does not exist$/)]],
  ["several at once", `${after}  - { name: a, view: brood/none, rows: [] }\n  - { name: "", view: brood/slain, rows: [{ kye: 1 }] }\n`, ["4:13 `name` must not be empty", "4:45 unknown field `kye` in `rows[0]`; it has `id`, `key`, `value`, `doc`"]],
])("%s", async (_, text, said) => {
  const problems = await problemsOf(runTests(await folderOf({ text }), { env: {} }));
  expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual(said);
});

it("the problems of migrations and tests are reported together", async () => {
  const files = { text: "tests: 1\n", migrations: "- { id: a, ensureDatabase: { name: A } }\n" };
  const problems = await problemsOf(runTests(await folderOf(files), { env: {} }));
  expect(problems.map(({ file }) => file.split("/").at(-1))).toEqual(["001.yaml", "brood.test.yaml"]);
});

test("test files are no migrations, and a test file as the path is an error", async () => {
  const folder = await folderOf({ text: "anything: [" });
  expect((await loadMigrations(folder, { env: {} })).files).toEqual([join(folder, "001.yaml")]);
  const [problem] = await problemsOf(loadMigrations(testFile(folder), { env: {} }));
  expect(problem).toMatchObject({
    code: "test-file",
    message: expect.stringContaining("`couchdb-migrate test` runs it"),
  });
});

const examples = [
  "examples/tenants/migrations/tenants",
  "examples/application/migrations/matches",
  "migrations/001-overmind",
];
test.each([
  ...examples,
  ...["keys", "sums", "writes", "filters", "finds", "transforms", "databases"].map(
    (name) => `test/testing/same/${name}`,
  ),
])("the schema for editors accepts %s", async (name) => {
  const read = (file: string) => readFile(join(root, file), "utf8");
  const validate = new Ajv({ strict: false }).compile(JSON.parse(await read("schemas/tests.schema.json")));
  validate(parse(await read(`${name}.test.yaml`)));
  expect(validate.errors).toBeNull();
});
