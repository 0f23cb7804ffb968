import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import { InvalidInput } from "../../src/contract/problem.js";
import { errorText } from "../../src/render/error-text.js";
import { plain, styleFor } from "../../src/render/style.js";
import { terminationLine, writeTermination } from "../../src/render/termination.js";
import { InvalidSettings } from "../../src/settings/problems.js";
import { count, span } from "../../src/text/quantity.js";
import { visible } from "../../src/text/visible.js";

test.each([
  ["zergling ✓ é 漢 👍", "zergling ✓ é 漢 👍"],
  ["a\x1b[31m\x07b", "a\\x1b[31m\\x07b"],
  ["a\r\nb\tc", "a\\r\\nb\\tc"],
  ["\u202eabc\u2066\u200b\ufeff", "\\u{202e}abc\\u{2066}\\u{200b}\\u{feff}"],
  ["\x9b2J\u2028", "\\x9b2J\\u{2028}"],
  ["\ud800", "\\u{d800}"],
])("%j is shown as %s", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1000, "1 s"],
  [59_999, "1 min 0 s"],
  [125_000, "2 min 5 s"],
  [3_720_000, "1 h 2 min"],
])("%i ms are %s", (milliseconds, text) => {
  expect(span(milliseconds)).toBe(text);
});

test.each<[boolean | undefined, Record<string, string>, boolean, boolean]>([
  [undefined, {}, true, true],
  [undefined, {}, false, false],
  [undefined, { NO_COLOR: "1" }, true, false],
  [undefined, { NO_COLOR: "" }, true, true],
  [undefined, { FORCE_COLOR: "1" }, false, true],
  [undefined, { FORCE_COLOR: "0" }, true, false],
  [undefined, { TERM: "dumb" }, true, false],
  [undefined, { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  [true, { NO_COLOR: "1" }, false, true],
  [false, { FORCE_COLOR: "1" }, true, false],
])("--color %s with %j on a terminal (%s) gives color: %s", (wanted, env, isTTY, color) => {
  expect(styleFor(wanted, env, { isTTY }).isColorSupported).toBe(color);
});

const position = { file: "m/1.yaml", line: 4, column: 3 };
test.each<[string, MigrateError, string]>([
  [
    "invalid input",
    new InvalidInput([
      { ...position, code: "unknown-step", message: "unknown kind `x`", text: "x: \x1b[2J" },
      { ...position, line: 9, code: "duplicate-id", message: "the id `a` is taken" },
    ]),
    `m/1.yaml:4:3: unknown kind \`x\`
    x: \\x1b[2J
m/1.yaml:9:3: the id \`a\` is taken
error[invalid-input]: 2 problems in the migration files
  next: Nothing was applied. Correct the files; \`couchdb-migrate validate\` checks them offline.`,
  ],
  [
    "valid files, except for unset variables",
    new InvalidInput([{ ...position, code: "missing-variable", message: "the variable `A` is not set" }]),
    `m/1.yaml:4:3: the variable \`A\` is not set
error[invalid-input]: 1 problem in the migration files
  next: Set the variables, then run again.`,
  ],
  [
    "one wrong setting",
    new InvalidSettings(["--wait needs a value"], "See help."),
    "error[invalid-settings]: --wait needs a value\n  next: See help.",
  ],
  [
    "several wrong settings",
    new InvalidSettings(["--wait needs a value", "unknown flag `--x`"], "See help."),
    "- --wait needs a value\n- unknown flag `--x`\nerror[invalid-settings]: 2 problems in the settings; nothing was sent\n  next: See help.",
  ],
  [
    "anything else",
    new MigrateError("unreachable", { message: "no\nanswer", next: "Start it." }),
    "error[unreachable]: no\\nanswer\n  next: Start it.",
  ],
])("the text of an error: %s", (_, error, text) => {
  expect(errorText(error, plain)).toBe(text);
});

test("the stack of a bug is shown on request", () => {
  const bug = new MigrateError("bug", { message: "x", cause: new TypeError("y") });
  expect(errorText(bug, plain)).not.toContain("TypeError");
  expect(errorText(bug, plain, (text) => text.replace("r: y", "r: ***"))).toContain("TypeError: ***");
});

test.each([
  ["Applied 3 steps.\n\n  More.", "Applied 3 steps. More.\n"],
  ["", "\n"],
])("the termination message of %j is %j", (message, line) => {
  expect(terminationLine(message)).toBe(line);
});

test("the termination message has at most 4,096 bytes and ends with a whole character", () => {
  for (const start of ["", "a", "ab"]) {
    const line = terminationLine(start + "漢".repeat(3000));
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(line)).toBeGreaterThan(4000);
    expect(line).toMatch(/漢…\n$/);
    expect(line).not.toContain("\ufffd");
  }
});

test("the termination message is written, and a failure to write it is not an error", async () => {
  const folder = await mkdtemp(join(tmpdir(), "termination-"));
  const file = join(folder, "log");
  writeTermination("done", file, true);
  expect(await readFile(file, "utf8")).toBe("done\n");
  expect(() => writeTermination("done", join(folder, "no", "log"), true)).not.toThrow();
  expect(() => writeTermination("done", undefined, true)).not.toThrow();
  await rm(folder, { recursive: true });
});

test.each([
  [0, "0 steps"],
  [1, "1 step"],
  [999, "999 steps"],
  [1_000, "1,000 steps"],
  [12_345_678, "12,345,678 steps"],
])("%i is written as %s", (number, text) => {
  expect(count(number, "step")).toBe(text);
});
