// tally.mjs RESULTS EXIT-CODE: the closing line, from vitest's own JSON report.
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

if (!report) console.log("The checks stopped before the tests ran.");
if (numPendingTests > 0) console.log(`${numPendingTests} tests were left out; the start of the run says why.`);
// What failed besides tests (a check, an unhandled error) counts as one.
console.log(`${numPassedTests} passed, ${failed === 0 && exitCode !== "0" ? 1 : failed} failed`);
