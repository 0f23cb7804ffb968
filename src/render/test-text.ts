/** The results of tests for people. */
import type { ComparedLine, TestedFile, TestFailure, TestResult, TestResults } from "../contract/test-results.js";
import { cut } from "../text/cut.js";
import { count, grouped } from "../text/quantity.js";
import { span } from "../text/span.js";
import { visible } from "../text/visible.js";
import { plain, type Style } from "./style.js";

export function testText(results: TestResults, style: Style): string {
  const { files, failed, notCovered } = results;
  const blocks = files.map((file) => fileLines(file, style).join("\n"));
  if (notCovered.length > 0) blocks.push(coverageLines(results, style).join("\n"));
  const bold = failed > 0 ? style.red : files.length > 0 ? style.green : style.yellow;
  return `${[...blocks, style.bold(bold(testSummary(results)))].join("\n\n")}\n`;
}

/** `2 files, 12 tests: 11 passed, 1 failed (340 ms)`. */
export function testSummary({ files, passed, failed, skipped, milliseconds }: TestResults): string {
  const left = skipped > 0 ? [`${count(skipped, "test")} left out by --filter`] : [];
  if (files.length === 0) return ["no test ran", ...left].join(", ");
  const counts = [...(failed > 0 ? [`${grouped(failed)} failed`] : []), `${grouped(passed)} passed`, ...left].join(
    ", ",
  );
  return `${count(files.length, "file")}, ${count(passed + failed, "test")}: ${counts} (${span(milliseconds)})`;
}

function fileLines({ file, tests }: TestedFile, style: Style): string[] {
  return [style.bold(visible(file)), ...tests.flatMap((test) => testLines(test, style))];
}

function testLines({ name, result, milliseconds, failures }: TestResult, style: Style): string[] {
  const mark = result === "passed" ? style.green("passed") : style.red("failed");
  const time = style.dim(`(${span(milliseconds)})`);
  return [`  ${mark}  ${visible(name)} ${time}`, ...failures.flatMap((failure) => failureLines(failure, style))];
}

const indent = " ".repeat(10);

function failureLines({ file, line, column, message, diff = [] }: TestFailure, style: Style): string[] {
  const place = style.bold(visible(`${file}:${line}:${column}:`));
  const legend = diff.length > 0 ? ` (${style.red("- expected")}, ${style.green("+ actual")})` : "";
  return [`${indent}${place} ${visible(message)}${legend}`, ...diff.map((one) => indent + comparedLine(one, style))];
}

/** Longer lines are cut: a document may have megabytes. */
const longestLine = 2_000;

function comparedLine({ in: side, text }: ComparedLine, style: Style): string {
  const shown = visible(cut(text, longestLine));
  if (side === "both") return `  ${shown}`;
  return side === "expected" ? style.red(`- ${shown}`) : style.green(`+ ${shown}`);
}

function coverageLines({ notCovered }: TestResults, style: Style): string[] {
  return notCovered.map(({ databases, designDoc, view }) => {
    const where = visible(`${designDoc}/${view} in ${databases.join(", ")}`);
    return `${style.yellow("not covered:")} ${where} has no row in any test`;
  });
}

/** All failures of a test as plain text, each with its place. */
export function failureText(failures: readonly TestFailure[]): string {
  return failures
    .flatMap(({ file, line, column, message, diff = [] }) => [
      visible(`${file}:${line}:${column}: ${message}`),
      ...diff.map((one) => comparedLine(one, plain)),
    ])
    .join("\n");
}
