import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { variable } from "../../src/import/imported.js";
import { migrationText } from "../../src/import/migration-text.js";
import { loadMigrations } from "../../src/index.js";
import { tempFolder } from "../support/temp.js";

const textOf = (kind: string, spec: Record<string, unknown>) =>
  migrationText({ name: "1.yaml", comment: ["Of a test."], steps: [{ id: "a", kind, spec }] });

describe("texts are read back unchanged", () => {
  test.each([
    "no",
    "1e3",
    "<<",
    "a: b # c",
    "- x",
    "*a",
    "two\nlines\n",
    " \n leads",
    "tab\t",
    "cr\r\nlf",
    "nul\u0000",
    "del\u007f",
    "c1\u0085",
    "\u2028",
    "\ufeffbom",
    "x".repeat(3000),
    '"\\',
    "${NAME}",
  ])("%j", async (text) => {
    const fields = { text, [text]: 1, list: [text] };
    const written = textOf("ensureUser", { name: "kerrigan", fields });
    const folder = await tempFolder({ "1.yaml": written });
    const { steps } = await loadMigrations(folder, { env: {} });
    expect(steps[0]?.desired).toMatchObject({ fields });
  });
});

test.each(["0001", "3.10", "0x1F", "92e7", "true", "True", "~", "null", ".inf"])(
  "a configuration value %s is written so that it is read back unchanged",
  async (value) => {
    const folder = await tempFolder({ "1.yaml": textOf("ensureConfig", { s: { k: value } }) });
    const { steps } = await loadMigrations(folder, { env: {} });
    expect(steps[0]?.desired).toEqual({ s: { k: value } });
  },
);

test("only a variable remains a variable", async () => {
  const written = textOf("ensureUser", { name: "${A}", password: variable("B"), roles: ["$${C}"] });
  const folder = await tempFolder({ "1.yaml": written });
  const { steps } = await loadMigrations(folder, { env: { B: "secret" } });
  expect(steps[0]?.desired).toMatchObject({ name: "${A}", password: "secret", roles: ["$${C}"] });
});

test("functions with several lines are blocks", () => {
  const map = "function (doc) {\n  emit(doc._id);\n}";
  const docs = { d: { views: { a: { map } } } };
  const written = textOf("ensureDesignDocs", { database: "zerglings", docs });
  expect(written).toContain("map: |-\n");
  expect(parse(written)[0].ensureDesignDocs.docs).toEqual(docs);
});
