// tally.mjs RESULTS EXIT-CODE: the tests that needed a second chance, and the closing line, from vitest's own JSON report.
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
// A test that passed in the end keeps the errors of its earlier attempts.
const retried = testResults.flatMap(({ name, assertionResults }) =>
  assertionResults
    .filter(({ status, failureMessages }) => status === "passed" && failureMessages?.length > 0)
    .map(({ fullName }) => `${name.replace(/^.*\/test\//, "test/")}: ${fullName}`),
);

if (!report) console.log("The checks stopped before the tests ran.");
if (numPendingTests > 0) console.log(`${numPendingTests} tests were left out; the start of the run says why.`);
if (retried.length > 0) console.log(`Passed only in a second attempt:\n${retried.map((one) => `  ${one}`).join("\n")}`);
// What failed besides tests (a check, an unhandled error) counts as one.
console.log(`${numPassedTests} passed, ${failed === 0 && exitCode !== "0" ? 1 : failed} failed`);
