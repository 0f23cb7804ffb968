/** How findings of `lint` are shown. */
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import type { LintFinding, LintSeverity } from "../../src/contract/lint.js";
import { ruleTexts } from "../../src/lint/rule-texts.js";
import { sarif } from "../../src/render/lint-sarif.js";
import { fails, lintSummary, lintText } from "../../src/render/lint-text.js";
import { plain } from "../../src/render/style.js";
import { lintOf } from "./results.js";

const finding = (more: Partial<LintFinding> = {}): LintFinding => ({
  rule: "emit-doc",
  severity: "warning",
  message: "the index gets a copy of every document",
  file: "design/a/views/v/map.js",
  line: 2,
  column: 3,
  id: "views",
  ...more,
});

test("each finding is a line, as editors and terminals know it", () => {
  expect(lintText(lintOf([finding(), finding({ severity: "error", line: 4 })]), plain)).toBe(
    `design/a/views/v/map.js:2:3: warning: the index gets a copy of every document (emit-doc)
design/a/views/v/map.js:4:3: error: the index gets a copy of every document (emit-doc)

1 file, 1 step: 1 error, 1 warning. docs/lint.md in the package describes the rules.
`,
  );
});

test("without findings, there is one line", () =>
  expect(lintText(lintOf(), plain)).toBe("1 file, 1 step: nothing found\n"));

test("variables that are not set are named", () => {
  const text = lintText({ ...lintOf(), unset: ["A", "B"] }, plain);
  expect(text).toBe("note: A, B are not set: what depends on them was not checked\n1 file, 1 step: nothing found\n");
});

test("a file's name can't change the line", () =>
  expect(lintText(lintOf([finding({ file: "a\n\u202eb" })]), plain)).toContain("a\\n\\u{202e}b:2:3: warning"));

test("the summary counts each severity", () => {
  const findings = (["note", "note", "warning"] as const).map((severity) => finding({ severity }));
  expect(lintSummary(lintOf(findings))).toBe("1 file, 1 step: 1 warning, 2 notes");
});

test.each<[LintSeverity, Parameters<typeof fails>[1], boolean]>([
  ["error", "error", true],
  ["error", "warning", true],
  ["error", "never", false],
  ["warning", "error", false],
  ["warning", "warning", true],
  ["warning", "note", true],
  ["note", "warning", false],
  ["note", "note", true],
])("a finding of severity %s fails with --fail-on %s: %s", (severity, lowest, expected) =>
  expect(fails(lintOf([finding({ severity })]), lowest)).toBe(expected),
);

describe("SARIF", () => {
  // Ajv knows later drafts of JSON Schema, in which these two have other names.
  const { $schema, id, ...schema } = createRequire(import.meta.url)(
    "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
  );
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  const log = (...findings: LintFinding[]) => sarif(lintOf(findings), ruleTexts, "0.1.0");

  test("fits the schema of SARIF 2.1.0", () => {
    const all = ruleTexts.map(({ id, severity }) => finding({ rule: id, severity }));
    for (const one of [log(), log(...all)]) {
      validate(JSON.parse(JSON.stringify(one)));
      expect(validate.errors).toBeNull();
    }
    expect(validate({ version: "2.1.0" })).toBe(false);
  });

  test("has the rule, the level and the place of each finding", () => {
    expect(log(finding({ file: "design/a b/map.js", rule: "impure-map", severity: "note" }))).toMatchObject({
      runs: [
        {
          columnKind: "unicodeCodePoints",
          results: [
            {
              ruleId: "impure-map",
              ruleIndex: ruleTexts.findIndex(({ id }) => id === "impure-map"),
              level: "note",
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: "design/a%20b/map.js" },
                    region: { startLine: 2, startColumn: 3 },
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test("an absolute path is a URL", () =>
    expect(JSON.stringify(log(finding({ file: "/srv/map.js" })))).toContain('"uri":"file:///srv/map.js"'));
});
