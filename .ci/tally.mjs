// tally.mjs RESULTS EXIT-CODE: the tests that failed or needed a second attempt, and the closing line, from vitest's own JSON report.
import { readFileSync } from "node:fs";

const [file, exitCode] = process.argv.slice(2);
const report = readFileSync(file, "utf8");
const {
  numPassedTests = 0,
  numFailedTests = 0,
  numPendingTests = 0,
  testResults = [],
} = report ? JSON.parse(report) : {};
// A file that does not load has no tests that could fail.
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
);
const failed = numFailedTests + brokenFiles.length;
const tests = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ status, fullName, failureMessages: [reason] = [] }) => ({
    status,
    called: `${name.replace(/^.*\/test\//, "test/")}: ${fullName}`,
    // One line, so that the whole list fits into the end of a log.
    reason: reason?.split("\n", 1)[0].slice(0, 300),
  })),
);
// A test that passed in the end keeps the errors of its earlier attempts.
const retried = tests.filter(({ status, reason }) => status === "passed" && reason !== undefined);
const failures = [
  ...brokenFiles.map(({ name, message }) => ({ called: name, reason: message?.split("\n", 1)[0] })),
  ...tests.filter(({ status }) => status === "failed"),
];
const list = (found) => found.map(({ called, reason }) => `  ${called}\n    ${reason}`).join("\n");

if (!report) console.log("The checks stopped before the tests ran.");
if (numPendingTests > 0) console.log(`${numPendingTests} tests were left out; the start of the run says why.`);
if (retried.length > 0) console.log(`Passed only in a second attempt:\n${list(retried)}`);
if (failures.length > 0) console.log(`Failed:\n${list(failures)}`);
// What failed besides tests (a check, an unhandled error) counts as one.
console.log(`${numPassedTests} passed, ${failed === 0 && exitCode !== "0" ? 1 : failed} failed`);
