/** `lint` on the command line: exit codes, formats, and where rules are off. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

const yaml = "- id: views\n  ensureDesignDocs: { database: db, from: ../design/a }\n";
const files = { "migrations/1.yaml": yaml, "design/a/views/v/map.js": "function (doc) {\n  emit(doc.a, doc);\n}\n" };
const later =
  "- id: a\n  ensureSecurity: { database: db, members: { roles: [x] } }\n- id: b\n  ensureDatabase: { name: db }\n";

const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  const cwd = await tempFolder({ ...files, ...more });
  return { cwd, ...(await runCli(["lint", ...args], { cwd })) };
};

test("a finding has the place in the function's file, and a warning is no failure", async () => {
  const { code, stdout } = await run([]);
  expect(stdout).toMatch(/^design\/a\/views\/v\/map\.js:2:3: warning: .* \(emit-doc\)\n\n1 file, 1 step: 1 warning\./);
  expect(code).toBe(0);
});

test.each<[string[], number]>([
  [["--fail-on", "warning"], 1],
  [["--fail-on", "error"], 0],
  [["--fail-on", "never"], 0],
])("%s: exit code %i", async (args, expected) => expect((await run(args)).code).toBe(expected));

test("an error is a failure", async () => {
  const { code, stdout } = await run([], { "migrations/2.yaml": later });
  expect([code, stdout]).toEqual([1, expect.stringContaining("2.yaml:1:7: error: the database db is created later")]);
});

test("invalid files are invalid input, as for validate", async () => {
  const { code, stderr } = await run([], { "migrations/2.yaml": "- id: a\n" });
  expect([code, stderr]).toEqual([3, expect.stringContaining("the step has no kind")]);
});

test("couchdb-migrate.yaml turns rules off, and states the version of CouchDB", async () => {
  const config = "couchdb: 2.3\nlint:\n  off:\n    emit-doc: the API needs whole documents\n";
  const more = { "couchdb-migrate.yaml": config, "migrations/2.yaml": "- id: b\n  ensureDatabase: { name: db }\n" };
  const { code, stdout } = await run(["--format", "json"], more);
  expect(JSON.parse(stdout).findings.map(({ rule }: { rule: string }) => rule)).toEqual([
    "created-later",
    "open-database",
  ]);
  expect(code).toBe(1);
});

test.each<[string, string]>([
  ["lint: { off: { emit-docs: why } }\n", "there is no rule `emit-docs`; did you mean `emit-doc`?"],
  ["lint: { off: { emit-doc: } }\n", "say why `emit-doc` is off"],
  ["couchdb: latest\n", "`latest` is not a version such as `3.5`"],
])("%s in couchdb-migrate.yaml is refused", async (config, message) => {
  const { code, stderr } = await run([], { "couchdb-migrate.yaml": config });
  expect([code, stderr]).toEqual([3, expect.stringContaining(message)]);
});

test("SARIF goes into a file", async () => {
  const { cwd, code, stdout, stderr } = await run(["--format", "sarif", "--out", "lint.sarif"]);
  expect([code, stdout, stderr]).toEqual([0, "", expect.stringContaining("written to lint.sarif")]);
  const { runs } = JSON.parse(await readFile(join(cwd, "lint.sarif"), "utf8"));
  expect(runs[0].results[0]).toMatchObject({
    ruleId: "emit-doc",
    locations: [{ physicalLocation: { artifactLocation: { uri: "design/a/views/v/map.js" } } }],
  });
});

test("sarif is a format of lint only", async () => {
  const cwd = await tempFolder(files);
  const { code, stderr } = await runCli(["validate", "--format", "sarif"], { cwd });
  expect([code, stderr]).toEqual([3, expect.stringContaining("`sarif` is not one of `text`, `json`")]);
});
