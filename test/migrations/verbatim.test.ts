import { expect, it } from "vitest";
import { load, loadStep, problemsOf } from "./support.js";

it.each([
  ["00000000000000000000000000000001", "00000000000000000000000000000001"],
  ["3.10", "3.10"],
  ["92e7", "92e7"],
  ["0x1F", "0x1F"],
  ["0o17", "0o17"],
  ["+5", "+5"],
  ["-0", "-0"],
  [".5", ".5"],
  [".inf", ".inf"],
  ["123456789012345678901234567890", "123456789012345678901234567890"],
  ["1_000", "1_000"],
  ["0.0.0.0", "0.0.0.0"],
  ["8000000", "8000000"],
  ["true", "true"],
  ["yes", "yes"],
  ['"True"', "True"],
  ['"3.10"', "3.10"],
  ["'~'", "~"],
  ["3.10 # a comment", "3.10"],
  ["&anchor 3.10", "3.10"],
])("a configuration value %s is stored as %j", async (written, stored) => {
  const { desired } = await loadStep(`- id: config\n  ensureConfig:\n    s:\n      k: ${written}\n`);
  expect(desired).toEqual({ s: { k: stored } });
});

it("keeps the text of a number through an alias, and in JSON", async () => {
  const aliased = await loadStep("- id: config\n  ensureConfig: { s: { a: &a 3.10, b: *a } }\n");
  expect(aliased.desired).toEqual({ s: { a: "3.10", b: "3.10" } });
  const json = await loadStep('[{"id": "config", "ensureConfig": {"s": {"k": 1.50e3, "l": true}}}]');
  expect(json.desired).toEqual({ s: { k: "1.50e3", l: "true" } });
});

it("keeps the text of a number that is secret, and shows it nowhere", async () => {
  const step = await loadStep("- id: config\n  ensureConfig: { s: { password: 0042 } }\n");
  expect(step.desired).toEqual({ s: { password: "0042" } });
  expect(step.shown).toEqual({ s: { password: "***" } });
});

it.each([
  ["True", "true"],
  ["FALSE", "false"],
])("refuses %s, which CouchDB does not read as a boolean", async (written, instead) => {
  expect(await problemsOf(load({ "1.yaml": `- id: a\n  ensureConfig: { s: { k: ${written} } }\n` }))).toMatchObject([
    { code: "bad-boolean", line: 2, text: written, message: expect.stringContaining(`write \`${instead}\``) },
  ]);
});

it.each(["~", "null", ""])("refuses %j, which is not a value", async (written) => {
  expect(await problemsOf(load({ "1.yaml": `- id: a\n  ensureConfig: { s: { k: ${written} } }\n` }))).toMatchObject([
    { code: "wrong-type" },
  ]);
});
