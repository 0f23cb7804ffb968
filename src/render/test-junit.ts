/** The results of tests as JUnit XML, for CI: a suite for each file. */
import XMLBuilder from "fast-xml-builder";
import type { TestedFile, TestResult, TestResults } from "../contract/test-results.js";
import { visible } from "../text/visible.js";
import { failureText } from "./test-text.js";

const attribute = "@";
const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: attribute,
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
  format: true,
});

export function testJunit({ files, passed, failed, milliseconds }: TestResults): string {
  const total = { name: "couchdb-migrate", tests: passed + failed, failures: failed, time: seconds(milliseconds) };
  return builder.build({
    "?xml": attributes({ version: "1.0", encoding: "UTF-8" }),
    testsuites: { ...attributes(total), testsuite: files.map(suiteOf) },
  });
}

function suiteOf({ file, tests }: TestedFile) {
  const failures = tests.filter(({ result }) => result === "failed").length;
  const time = seconds(tests.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
  const about = { name: file, tests: tests.length, failures, errors: 0, skipped: 0, time };
  return { ...attributes(about), testcase: tests.map((test) => caseOf(test, file)) };
}

function caseOf({ name, line, milliseconds, failures }: TestResult, file: string) {
  const about = attributes({ classname: file, name, file, line, time: seconds(milliseconds) });
  const [first] = failures;
  if (!first) return about;
  const failure = {
    ...attributes({ message: first.message, type: "failure" }),
    "#text": allowed(failureText(failures)),
  };
  return { ...about, failure };
}

function attributes(values: Readonly<Record<string, string | number>>): Record<string, string> {
  const pairs = Object.entries(values).map(([name, value]) => [attribute + name, allowed(visible(String(value)))]);
  return Object.fromEntries(pairs);
}

/** XML has no notation for control characters, which `visible` has replaced, and for these two. */
function allowed(text: string): string {
  return text.replaceAll(/[\uFFFE\uFFFF]/g, "\uFFFD");
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
