/** Rules that are off, for a step or for the whole set. */
import { expect, test } from "vitest";
import { findingsIn } from "./examples.js";

const step = (lint: string, map = "function (doc) { if (doc.a) emit(doc.a, doc); }") =>
  `- id: views\n${lint}  ensureDesignDocs: { database: db, docs: { a: { views: { v: { map: ${JSON.stringify(map)} } } } } }\n`;
const rulesIn = async (...given: Parameters<typeof findingsIn>) => (await findingsIn(...given)).map(({ rule }) => rule);

test("a rule is on unless it is turned off", async () => expect(await rulesIn(step(""))).toEqual(["emit-doc"]));

test("a step turns a rule off for itself only", async () => {
  const off = step("  lint: { off: { emit-doc: the API needs whole documents } }\n");
  const other = step("").replace("id: views", "id: others").replace("database: db", "database: other");
  const findings = await findingsIn(off + other);
  expect(findings).toMatchObject([{ rule: "emit-doc", id: "others" }]);
});

test("the set turns a rule off for all steps", async () => {
  expect(await rulesIn(step(""), { off: { "emit-doc": "the API needs whole documents" } })).toEqual([]);
});

test("a rule that is off in vain is reported where it is turned off", async () => {
  const map = "function (doc) { if (doc.a) emit(doc.a, null); }";
  expect(await findingsIn(step("  lint: { off: { emit-doc: why } }\n", map))).toMatchObject([
    { rule: "unused-off", line: 2, column: 18, message: expect.stringContaining("`emit-doc`") },
  ]);
});

test("a rule that the set turns off as well is not reported", async () => {
  const lint = "  lint: { off: { emit-doc: why } }\n";
  expect(await rulesIn(step(lint), { off: { "emit-doc": "why" } })).toEqual([]);
});

test("a rule that does not exist is an error, with a suggestion", async () => {
  const suggestion = "there is no rule `emit-docs`; did you mean `emit-doc`?";
  await expect(findingsIn(step("  lint: { off: { emit-docs: why } }\n"))).rejects.toMatchObject({
    code: "invalid-input",
    problems: [{ code: "unknown-rule", line: 2, message: suggestion }],
  });
  await expect(findingsIn(step(""), { off: { "emit-docs": "why" } })).rejects.toMatchObject({
    code: "invalid-settings",
    message: `lint: ${suggestion}`,
  });
});

test("files that are invalid are not judged", async () => {
  await expect(findingsIn("- id: a\n")).rejects.toMatchObject({ code: "invalid-input" });
});

test("a variable that is not set is no error, unless it is required", async () => {
  const yaml = "- id: a\n  ensureDatabase: { name: '${NAME}' }\n";
  expect(await rulesIn(yaml)).toEqual([]);
  await expect(findingsIn(yaml, { requireVariables: true })).rejects.toMatchObject({ code: "invalid-input" });
});

test("steps that name the same file share its findings", async () => {
  const yaml = (id: string, database: string) =>
    `- id: ${id}\n  ensureDesignDocs: { database: ${database}, from: ../a.json }\n`;
  const json = JSON.stringify({ views: { v: { map: "function (doc) { emit(doc, null); }" } } });
  const findings = await findingsIn({ "m/1.yaml": yaml("a", "db") + yaml("b", "other"), "a.json": json });
  expect(findings).toMatchObject([{ rule: "emit-doc", file: "a.json", line: 1, column: 40, id: "a" }]);
});
