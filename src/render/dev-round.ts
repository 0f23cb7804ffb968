/** What `dev` shows of a round, part by part. Pure. */
import type { DevRound } from "../contract/dev.js";
import type { MigrateError } from "../contract/errors.js";
import type { ComparedLine, TestFailure } from "../contract/test-results.js";
import { cut } from "../text/cut.js";
import { placeOf } from "../text/place-of.js";
import { count } from "../text/quantity.js";
import { span } from "../text/span.js";
import { applySummary, paints } from "./apply-text.js";
import { problemsOf } from "./error-text.js";
import { type Line, lineOf } from "./fitted.js";
import { findingsSummary, severityColors } from "./lint-text.js";
import { resetSummary } from "./reset-text.js";
import type { Style } from "./style.js";
import { testSummary } from "./test-text.js";

/** Columns of the names of the parts. */
export const names = 9;

export function roundLines(round: DevRound, style: Style): Line[] {
  const { loaded, removed, errors } = round;
  return [
    ...part("files", errors.files, style, loaded && [lineOf(filesSummary(loaded))]),
    ...part("reset", errors.reset, style, removed && [lineOf(`removed: ${resetSummary(removed)}`)]),
    ...part("lint", errors.lint, style, lintLines(round, style)),
    ...part("apply", errors.apply, style, applyLines(round, style)),
    ...part("tests", errors.tests, style, testLines(round, style)),
  ];
}

function filesSummary({ files, steps }: NonNullable<DevRound["loaded"]>): string {
  return `${count(files, "file")}, ${count(steps, "step")}: valid`;
}

/** The name of the part, its result, and its error. */
function part(name: string, error: MigrateError | undefined, style: Style, lines: readonly Line[] = []): Line[] {
  const all = [...lines, ...(error ? errorLines(error, style) : [])];
  return all.map((line, i) => ({
    ...line,
    text: i === 0 ? `${name.padEnd(names)}${line.text}` : line.text,
    indent: i === 0 ? 0 : names + (line.indent ?? 0),
  }));
}

function lintLines({ lint }: DevRound, style: Style): Line[] | undefined {
  if (!lint) return undefined;
  const colors = severityColors(style);
  const lines = lint.findings.map(({ file, line, column, severity, message, rule }) =>
    lineOf(`${file}:${line}:${column}: ${severity}: ${message} (${rule})`, colors[severity]),
  );
  return [lineOf(findingsSummary(lint.findings)), ...lines];
}

function applyLines({ applied, written, places, orphans }: DevRound, style: Style): Line[] | undefined {
  if (!applied) return undefined;
  // A file that goes back to an earlier form is a change like any other.
  const warnings = applied.warnings.filter(({ code }) => code !== "reverted");
  return [
    lineOf(`${applySummary(applied)} (${span(applied.milliseconds)})`, paints(style)[applied.result]),
    ...written.map((title) => lineOf(title, style.green)),
    ...applied.failures.flatMap(({ id, message, next }) => [
      lineOf(`${places.get(id) ?? id}: ${id}: ${message}`, style.red),
      lineOf(`next: ${next}`),
    ]),
    ...warnings.map(({ id, message }) => {
      const place = id === undefined ? "" : `${places.get(id) ?? id}: `;
      return lineOf(`${place}warning: ${message}`, style.yellow);
    }),
    ...orphans.map(({ id, objects }) => {
      const what = objects.length > 0 ? objects.join(", ") : "what it created";
      return lineOf(
        `orphaned: ${id} is no longer in the files; ${what} stays on the server; a reset removes what the set created`,
        style.yellow,
      );
    }),
  ];
}

function testLines({ tests }: DevRound, style: Style): Line[] | undefined {
  if (!tests) return undefined;
  const { files, failed } = tests;
  if (files.length === 0)
    return [lineOf("there are no *.test.yaml files; `couchdb-migrate new NAME --test` writes the first")];
  const failures = files
    .flatMap((file) => file.tests)
    .flatMap((test) => test.failures.flatMap((failure) => failureLines(test.name, failure, style)));
  return [lineOf(testSummary(tests), failed > 0 ? style.red : style.green), ...failures];
}

function failureLines(name: string, failure: TestFailure, style: Style): Line[] {
  const { file, line, column, message, diff = [] } = failure;
  const head = lineOf(`${file}:${line}:${column}: ${name}: ${message}`, style.red);
  return [head, ...diff.map((one) => ({ ...comparedLine(one, style), indent: 2 }))];
}

/** Longer lines are cut, so that one document does not fill the screen. */
const longestLine = 500;

function comparedLine({ in: side, text }: ComparedLine, { red, green }: Style): Line {
  const shown = cut(text, longestLine);
  if (side === "both") return lineOf(`  ${shown}`);
  return side === "expected" ? lineOf(`- ${shown}`, red) : lineOf(`+ ${shown}`, green);
}

function errorLines(error: MigrateError, { red }: Style): Line[] {
  const problems = problemsOf(error);
  if (problems.length === 0) return [lineOf(error.message, red), lineOf(`next: ${error.next}`)];
  return [
    lineOf(count(problems.length, "problem"), red),
    ...problems.flatMap((problem) => {
      if (typeof problem === "string") return [lineOf(problem, red)];
      const { message, text } = problem;
      return [lineOf(placeOf(problem) + message, red), ...(text ? [{ ...lineOf(text), indent: 2 }] : [])];
    }),
  ];
}
