/** The results of tests as text, TAP and JUnit XML. */
import { expect, it } from "vitest";
import type { TestResults } from "../../src/contract/test-results.js";
import { plain } from "../../src/render/style.js";
import { testJunit } from "../../src/render/test-junit.js";
import { testTap } from "../../src/render/test-tap.js";
import { testText } from "../../src/render/test-text.js";
import { testsOf } from "./results.js";

const place = { file: "m/a.test.yaml", line: 7, column: 5 };
const evil = 'a <b> "q" & \u0001\u001b[31m ]]> \ud800\ufffe é';
const results: TestResults = testsOf({
  files: [
    {
      file: "m/a.test.yaml",
      tests: [
        { name: "rows", line: 3, column: 5, tests: "view", result: "passed", milliseconds: 2.5, failures: [] },
        {
          name: evil,
          line: 6,
          column: 5,
          tests: "view",
          result: "failed",
          milliseconds: 3,
          failures: [
            {
              ...place,
              message: "the rows differ",
              diff: [
                { in: "both", text: '{"key":1}' },
                { in: "expected", text: `{"key":"${evil}"}` },
                { in: "actual", text: '{"key":3}' },
              ],
            },
          ],
        },
      ],
    },
  ],
  passed: 1,
  failed: 1,
  skipped: 2,
  notCovered: [{ step: "views", databases: ["zerglings"], designDoc: "brood", view: "slain" }],
});
const shown = 'a <b> "q" & \\x01\\x1b[31m ]]> \\u{d800}\ufffe é';

it("as text", () => {
  expect(testText(results, plain)).toBe(`m/a.test.yaml
  passed  rows (3 ms)
  failed  ${shown} (3 ms)
          m/a.test.yaml:7:5: the rows differ (- expected, + actual)
            {"key":1}
          - {"key":"${shown}"}
          + {"key":3}

not covered: brood/slain in zerglings has no row in any test

1 file, 2 tests: 1 failed, 1 passed, 2 tests left out by --filter (12 ms)
`);
  expect(testText(testsOf(), plain)).toBe("no test ran\n");
});

it("as TAP", async () => {
  const text = await testTap(results);
  expect(text).toMatch(/^TAP version \d+\nok 1 - m\/a.test.yaml: rows\n/);
  expect(text).toContain(`\nnot ok 2 - m/a.test.yaml: ${shown.replaceAll("\\", "\\\\")}\n`);
  expect(text).toContain("m/a.test.yaml:7:5: the rows differ");
  expect(text).toContain("\n1..2\n");
  expect(text).toContain("# not covered: brood/slain in zerglings");
  expect(text).not.toContain("at "); // No stack.
  expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
});

it("as JUnit XML, which is well-formed", () => {
  const text = testJunit(results);
  const escaped = "a &lt;b&gt; &quot;q&quot; &amp; \\x01\\x1b[31m ]]&gt; \\u{d800}\ufffd é";
  expect(text).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="couchdb-migrate" tests="2" failures="1" time="0.012">
  <testsuite name="m/a.test.yaml" tests="2" failures="1" errors="0" skipped="0" time="0.005">
    <testcase classname="m/a.test.yaml" name="rows" file="m/a.test.yaml" line="3" time="0.003"/>
    <testcase classname="m/a.test.yaml" name="${escaped}" file="m/a.test.yaml" line="6" time="0.003">
      <failure message="the rows differ" type="failure">m/a.test.yaml:7:5: the rows differ
  {&quot;key&quot;:1}
- {&quot;key&quot;:&quot;${escaped}&quot;}
+ {&quot;key&quot;:3}</failure>
    </testcase>
  </testsuite>
</testsuites>
`);
});
