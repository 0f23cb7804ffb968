/** The results of tests in the Test Anything Protocol, as Node.js writes it. */
import { tap } from "node:test/reporters";
import type { TestFailure, TestResult, TestResults } from "../contract/test-results.js";
import { visible } from "../text/visible.js";
import { failureText } from "./test-text.js";

type TestEvents = Parameters<typeof tap>[0];

export async function testTap(results: TestResults): Promise<string> {
  let text = "";
  for await (const part of tap(eventsOf(results) as unknown as TestEvents)) text += part;
  return text;
}

/** The events of Node's test runner that the reporter needs. */
async function* eventsOf({ files, passed, failed, notCovered }: TestResults) {
  let testNumber = 0;
  for (const { file, tests } of files) {
    for (const test of tests) {
      testNumber += 1;
      yield eventOf(test, file, testNumber);
    }
  }
  yield { type: "test:plan", data: { nesting: 0, count: passed + failed } };
  for (const { designDoc, view, databases } of notCovered) {
    const message = visible(`not covered: ${designDoc}/${view} in ${databases.join(", ")}`);
    yield { type: "test:diagnostic", data: { nesting: 0, message } };
  }
}

function eventOf({ name, line, column, milliseconds, failures, result }: TestResult, file: string, testNumber: number) {
  const error = failures.length > 0 && { error: errorOf(failures) };
  return {
    type: result === "passed" ? "test:pass" : "test:fail",
    data: {
      name: visible(`${file}: ${name}`),
      nesting: 0,
      testNumber,
      file: visible(file),
      line,
      column,
      details: { duration_ms: milliseconds, ...error },
    },
  };
}

/** The reporter shows an error's message; a stack would show this file. */
function errorOf(failures: readonly TestFailure[]): Error {
  const error = new Error(failureText(failures));
  error.stack = "";
  return error;
}
