import { describe, expect, test } from "vitest";
import { checksum } from "../../src/migrations/checksum.js";
import { kinds } from "./kinds.js";
import { load, loadStep } from "./support.js";

const usual = "- id: x\n  ensureThing:\n    name: zerglings\n    tags: [a, b]\n    anything: { b: 1, a: 2 }\n";
const env = { NAME: "zerglings", PASSWORD: "hunter2" };

async function sumOf(text: string): Promise<string> {
  return (await loadStep(text, { kinds, env })).checksum;
}

test("a checksum is the version of the algorithm and a SHA-256", async () => {
  expect(await sumOf(usual)).toMatch(/^1:[0-9a-f]{64}$/);
});

test("a checksum is the same as in older ledgers", () => {
  const schema = { properties: { ready: { default: false } } };
  expect(checksum("ensureThing", { ready: false, name: "zerglings" }, schema)).toBe(
    "1:05d0699da111ba2afcb8136a88161ca83dd339155a4e67394e56453e1afe1d62",
  );
});

describe("the checksum does not depend on", () => {
  test.each([
    ["the id", usual.replace("id: x", "id: y")],
    ["a description", usual.replace("id: x", "id: x\n  description: all of them")],
    ["comments", `# first\n${usual.replace("zerglings", "zerglings # here")}`],
    ["the order of keys", "- ensureThing: { anything: { a: 2, b: 1 }, tags: [a, b], name: zerglings }\n  id: x\n"],
    ["carriage returns", usual.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\ufeff${usual}`],
    ["quotes", usual.replace("zerglings", '"zerglings"')],
    ["an explicit default", usual.replace("name:", "ready: false\n    name:")],
    ["a variable", usual.replace("zerglings", "${NAME}")],
    ["an alias", usual.replace("tags: [a, b]", "tags: [&a a, b]")],
    ["the spelling of a number", usual.replace("a: 2", "a: 0x2")],
  ])("%s", async (_, text) => {
    expect(text).not.toBe(usual);
    expect(await sumOf(text)).toBe(await sumOf(usual));
  });

  test.each([
    ["the value of a secret", "{ password: hunter2 }", "{ password: hunter3 }"],
    ["the source of a secret", "{ password: hunter2 }", "{ password: '${PASSWORD}' }"],
  ])("%s", async (_, one, other) => {
    expect(await sumOf(`- id: x\n  ensureThing: ${one}\n`)).toBe(await sumOf(`- id: x\n  ensureThing: ${other}\n`));
  });

  test("a field that only permits something", async () => {
    const step = (more: string) =>
      `- id: x\n  ensureDesignDocs:\n    database: zerglings\n    docs: { a: { views: { v: { map: "function (doc) {}" } } } }\n${more}`;
    const sum = async (more: string) => (await loadStep(step(more), { env: {} })).checksum;
    expect(await sum("    mayBeEmpty: [a/v]\n")).toBe(await sum(""));
    expect(await sum("    keepPrevious: true\n")).not.toBe(await sum(""));
  });

  test("the path and the line ends of a file", async () => {
    const one = { "001.yaml": "- id: x\n  ensureFiles: { from: a.txt }\n", "a.txt": "line\nline\n" };
    const other = { "001.yaml": "- id: x\n  ensureFiles: { from: files/../b/c }\n", "b/c": "\ufeffline\r\nline\r\n" };
    const [first, second] = await Promise.all([one, other].map((files) => load(files, { kinds })));
    expect(first?.steps[0]?.checksum).toBe(second?.steps[0]?.checksum);
  });
});

describe("the checksum depends on", () => {
  test.each([
    ["a value", usual.replace("zerglings", "hydralisks")],
    ["a type", usual.replace("b: 1", 'b: "1"')],
    ["the order in a list", usual.replace("[a, b]", "[b, a]")],
    ["an additional field", usual.replace("name:", "plain: x\n    name:")],
    ["a value other than the default", usual.replace("name:", "ready: true\n    name:")],
    ["an explicit null", usual.replace("b: 1", "b: 1, c: null")],
  ])("%s", async (_, text) => {
    expect(await sumOf(text)).not.toBe(await sumOf(usual));
  });

  test("the kind", () => {
    expect(checksum("a", { name: "x" }, {})).not.toBe(checksum("b", { name: "x" }, {}));
  });

  test("the content of a file", async () => {
    const text = "- id: x\n  ensureFiles: { from: a.txt }\n";
    const [first, second] = await Promise.all(
      ["a", "b"].map((content) => load({ "001.yaml": text, "a.txt": content }, { kinds })),
    );
    expect(first?.steps[0]?.checksum).not.toBe(second?.steps[0]?.checksum);
  });
});

describe("what JSON files may hold", () => {
  test.each([
    ["half a character", { a: "\ud800" }, { a: "\udfff" }],
    ["half a character in a name", { "\ud800": 1 }, { "\udfff": 1 }],
    ["__proto__", JSON.parse('{"__proto__":1}'), {}],
  ])("%s", (_, one, other) => {
    expect(checksum("a", one, {})).toBe(checksum("a", one, {}));
    expect(checksum("a", one, {})).not.toBe(checksum("a", other, {}));
  });
});
