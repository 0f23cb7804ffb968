import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Variables } from "../../src/migrations/variables.js";
import { tempFolder } from "../support/temp.js";
import { kinds } from "./kinds.js";
import { loadStep } from "./support.js";

const env = { NAME: "zerglings", EMPTY: "", _X1: "x", DOLLAR: "a${NAME}b" };

describe("interpolated texts", () => {
  test.each([
    ["${NAME}", "zerglings"],
    ["a-${NAME}-b", "a-zerglings-b"],
    ["${NAME}${_X1}", "zerglingsx"],
    ["${EMPTY}", ""],
    ["${MISSING:-default}", "default"],
    ["${MISSING:-}", ""],
    ["${EMPTY:-default}", "default"],
    ["${NAME:-default}", "zerglings"],
    ["${MISSING:-a:-b}", "a:-b"],
    ["${MISSING:-two\nlines}", "two\nlines"],
    ["$${NAME}", "${NAME}"],
    ["$${", "${"],
    ["$$${NAME}", "$${NAME}"],
    ["$${NAME} ${NAME}", "${NAME} zerglings"],
    ["$NAME $ {NAME} }{", "$NAME $ {NAME} }{"],
    ["cost: 5$", "cost: 5$"],
    ["${DOLLAR}", "a${NAME}b"],
    ["${NAME}}", "zerglings}"],
  ])("%s", (text, value) => {
    expect(new Variables(env).interpolate(text, ".")).toMatchObject({ value, shown: value, problems: [] });
  });
});

describe("refused texts", () => {
  test.each([
    ["${MISSING}", "missing-variable", 0],
    ["ab ${MISSING}", "missing-variable", 3],
    ["${constructor}", "missing-variable", 0],
    ["${NAME", "unterminated-variable", 0],
    ["${", "unterminated-variable", 0],
    ["${}", "bad-variable", 0],
    ["${1NAME}", "bad-variable", 0],
    ["${NAME-default}", "bad-variable", 0],
    ["${NAME:?error}", "bad-variable", 0],
    ["${ NAME }", "bad-variable", 0],
    ["${A:-${NAME}}", "nested-variable", 0],
    ["${file:}", "bad-variable", 0],
    ["${file:/no/such/file}", "missing-file", 0],
    ["${file:.}", "not-a-file", 0],
  ])("%s", (text, code, offset) => {
    expect(new Variables(env).interpolate(text, ".").problems).toMatchObject([{ code, offset }]);
  });
});

test("every problem in a text is reported", () => {
  const { problems } = new Variables(env).interpolate("${A} ${B} ${1}", ".");
  expect(problems.map(({ code }) => code)).toEqual(["missing-variable", "missing-variable", "bad-variable"]);
});

describe("files", () => {
  test.each([
    ["a final newline is dropped", "hunter2\n", "hunter2"],
    ["a final carriage return is dropped with it", "hunter2\r\n", "hunter2"],
    ["only one newline is dropped", "hunter2\n\n", "hunter2\n"],
    ["other white space stays", " hunter2 ", " hunter2 "],
    ["a byte order mark is dropped", "\ufeffhunter2", "hunter2"],
    ["${…} in a file is text", "${NAME}", "${NAME}"],
  ])("%s", async (_, content, value) => {
    const folder = await tempFolder({ password: content });
    const path = join(folder, "password");
    const variables = new Variables({ ...env, PASSWORD_FILE: path });
    expect(variables.interpolate(`\${file:${path}}`, "/")).toMatchObject({ value, shown: "***", secrets: [value] });
    expect(variables.interpolate("${file:password}", folder)).toMatchObject({ value, shown: "***" });
    expect(variables.interpolate("a ${PASSWORD} b", "/")).toMatchObject({ value: `a ${value} b`, shown: "a *** b" });
  });

  test("a variable is ambiguous if its file is also set", async () => {
    const folder = await tempFolder({ name: "x" });
    const file = join(folder, "name");
    const both = new Variables({ NAME: "y", NAME_FILE: file }).interpolate("${NAME:-z}", ".");
    expect(both.problems).toMatchObject([{ code: "ambiguous-variable" }]);
    const empty = new Variables({ NAME: "", NAME_FILE: file }).interpolate("${NAME}", ".");
    expect(empty).toMatchObject({ value: "x", problems: [] });
  });

  test("a missing file is not replaced by the default", () => {
    const { problems } = new Variables({ NAME_FILE: "/no/such/file" }).interpolate("${NAME:-z}", ".");
    expect(problems).toMatchObject([{ code: "missing-file", message: expect.stringContaining("NAME_FILE") }]);
  });
});

describe("fields where variables are resolved", () => {
  const options = { kinds, env: { NAME: "zerglings", N: "3", YES: "true", HALF: "0.5", EMPTY: "" } };
  test.each([
    ["name: ${NAME}", { name: "zerglings" }],
    ["plain: ${NAME}", { plain: "${NAME}" }],
    ["plain: $${NAME}", { plain: "$${NAME}" }],
    [
      "anything: { map: 'function () { return `${NAME}` }' }",
      { anything: { map: "function () { return `${NAME}` }" } },
    ],
    ["count: ${N}", { count: 3 }],
    ["count: ${MISSING:-4}", { count: 4 }],
    ["count: ${MISSING:--4}", undefined],
    ["count: 1${N}", undefined],
    ["count: ${EMPTY}", undefined],
    ["count: ${NAME}", undefined],
    ["share: ${HALF}", { share: 0.5 }],
    ["ready: ${YES}", { ready: true }],
    ["ready: ${N}", undefined],
    ["name: ${N}", { name: "3" }],
    ["tags: ['${NAME}', b]", { tags: ["zerglings", "b"] }],
    ["labels: { a: '${NAME}' }", { labels: { a: "zerglings" } }],
    ["login: ${NAME}", { login: "zerglings" }],
    ["login: { user: '${NAME}' }", { login: { user: "zerglings" } }],
  ])("%s", async (field, desired) => {
    const loading = loadStep(`- id: x\n  ensureThing:\n    ${field}\n`, options);
    if (desired) expect((await loading).desired).toEqual({ ready: false, ...desired });
    else await expect(loading).rejects.toMatchObject({ code: "invalid-input" });
  });
});
