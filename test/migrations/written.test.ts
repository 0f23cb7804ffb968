/** Where a step's values are in the files, up to a character in a function's text, and which rules are off. */
import { describe, expect, test } from "vitest";
import { loadMigrations } from "../../src/migrations/load.js";
import type { Step } from "../../src/migrations/step.js";
import { valueAt } from "../../src/text/pointer.js";
import { tempFolder } from "../support/temp.js";
import { problemsOf } from "./support.js";

const map = "function (doc) {\n  emit(doc.owner);\n}";
const pointer = "/docs/a/views/v/map";

async function loadOne(files: Readonly<Record<string, string>>): Promise<{ step: Step; folder: string }> {
  const folder = await tempFolder(files);
  const { steps } = await loadMigrations(`${folder}/m`, { env: {}, unset: "unknown", written: true });
  return { step: steps[0] as Step, folder };
}

const inline = (value: string) =>
  `- id: a\n  ensureDesignDocs:\n    database: db\n    docs:\n      a:\n        views:\n          v:\n            map: ${value}\n`;
const from = (path: string) => `- id: a\n  ensureDesignDocs: { database: db, from: ${path} }\n`;
const indented = map.replaceAll("\n", "\n              ");

test.each<[string, Readonly<Record<string, string>>, string]>([
  ["a literal block", { "m/1.yaml": inline(`|-\n              ${indented}`) }, "m/1.yaml:10:17"],
  ["a literal block with a comment", { "m/1.yaml": inline(`|- # why\n              ${indented}`) }, "m/1.yaml:10:17"],
  ["a folded block", { "m/1.yaml": inline(`>-\n              ${indented}`) }, "m/1.yaml:10:17"],
  ["plain text", { "m/1.yaml": inline(indented.replace("{", "{\n")) }, "m/1.yaml:10:17"],
  ["double quotes", { "m/1.yaml": inline(JSON.stringify(map)) }, "m/1.yaml:8:39"],
  ["single quotes", { "m/1.yaml": inline(`'${indented}'`) }, "m/1.yaml:9:17"],
  ["a file of a folder", { "m/1.yaml": from("../a"), "a/views/v/map.js": `\n\n${map}\n` }, "a/views/v/map.js:4:3"],
  [
    "a view in JSON in a folder",
    { "m/1.yaml": from("../a"), "a/language": "javascript", "a/views/v.json": JSON.stringify({ map }) },
    "a/views/v.json:1:29",
  ],
  [
    "a JSON file",
    { "m/1.yaml": from("../a.json"), "a.json": JSON.stringify({ views: { v: { map } } }) },
    "a.json:1:43",
  ],
])("a character of a function in %s", async (_title, files, expected) => {
  const { step, folder } = await loadOne(files);
  const offset = String(valueAt(step.desired, pointer)).indexOf("emit");
  expect(offset).toBeGreaterThan(0);
  const { file, line, column } = step.written?.at(pointer, offset) ?? step.position;
  expect(`${file.slice(folder.length + 1)}:${line}:${column}`).toBe(expected);
});

test("nothing is remembered unless it is asked for, and nothing of it is shown", async () => {
  const folder = await tempFolder({ "m/1.yaml": inline(JSON.stringify(map)) });
  const [step] = (await loadMigrations(`${folder}/m`, { env: {} })).steps;
  expect(step?.written).toBeUndefined();
  const { step: other } = await loadOne({ "m/1.yaml": inline(JSON.stringify(map)) });
  expect(JSON.stringify(other)).not.toContain("written");
});

test.each<[string, string, number]>([
  ["a password", "- id: a\n  ensureUser: { name: kerrigan, password: swarm }\n", 1],
  ["a password from a variable", "- id: a\n  ensureUser: { name: kerrigan, password: '${SWARM}' }\n", 0],
  [
    "a password from a variable with a default",
    "- id: a\n  ensureUser: { name: kerrigan, password: '${SWARM:-x}' }\n",
    0,
  ],
  ["a number", "- id: a\n  ensureUser: { name: kerrigan, fields: { pin: 1234 } }\n", 0],
  [
    "credentials in a URL",
    "- id: a\n  ensureReplication: { id: r, source: 'http://a:b@host/db', target: 'https://host/db' }\n",
    1,
  ],
  [
    "a URL with a variable",
    "- id: a\n  ensureReplication: { id: r, source: 'http://a:${B}@host/db', target: 'https://host/db' }\n",
    0,
  ],
])("which secrets are in the file as they are: %s", async (_title, text, number) => {
  const { step } = await loadOne({ "m/1.yaml": text });
  expect(step.written?.plainSecrets).toHaveLength(number);
});

describe("`lint` of a step", () => {
  const step = (lint: string) => `- id: a\n  lint: ${lint}\n  ensureDatabase: { name: db }\n`;

  test("is read with its position, and is no part of the checksum", async () => {
    const { step: off, folder } = await loadOne({ "m/1.yaml": step("{ off: { open-database: it is public } }") });
    const { step: plain } = await loadOne({ "m/1.yaml": "- id: a\n  ensureDatabase: { name: db }\n" });
    expect(off.written?.lintOff).toEqual([
      { rule: "open-database", reason: "it is public", position: { file: `${folder}/m/1.yaml`, line: 2, column: 18 } },
    ]);
    expect(off.checksum).toBe(plain.checksum);
  });

  test.each<[string, string]>([
    ["text", "off"],
    ["another field", "{ on: { a: b } }"],
    ["a list", "{ off: [open-database] }"],
    ["no reason", "{ off: { open-database: } }"],
    ["an empty reason", "{ off: { open-database: ' ' } }"],
    ["a boolean", "{ off: { open-database: true } }"],
  ])("can't be %s", async (_title, lint) => {
    expect(await problemsOf(loadOne({ "m/1.yaml": step(lint) }))).toMatchObject([{ code: "bad-lint" }]);
  });
});
