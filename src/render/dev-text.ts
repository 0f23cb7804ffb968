/** The screen of `dev`: lines that fit the terminal. Pure. */
import type { DevHeader, DevRound } from "../contract/dev.js";
import type { MigrateError } from "../contract/errors.js";
import type { ResetPlan } from "../contract/reset.js";
import { placeOf } from "../text/place-of.js";
import { count } from "../text/quantity.js";
import { span } from "../text/span.js";
import { visible } from "../text/visible.js";
import { wrapped } from "../text/wrapped.js";
import { applySummary } from "./apply-text.js";
import { problemsOf } from "./error-text.js";
import { lintSummary } from "./lint-text.js";
import { resetSummary, resetText } from "./reset-text.js";
import { plain, type Style } from "./style.js";
import { testSummary } from "./test-text.js";

export interface Size {
  readonly columns: number;
  /** Absent: no limit. */
  readonly rows?: number | undefined;
}

interface Line {
  readonly text: string;
  readonly paint?: (text: string) => string;
  /** Columns before the text. */
  readonly indent?: number;
}

/** Columns of the names of the parts. */
const names = 9;

/** @param question is open: what would be removed */
export function devScreen(
  header: DevHeader,
  round: DevRound,
  style: Style,
  { columns, rows = Number.POSITIVE_INFINITY }: Size,
  question?: ResetPlan,
): string[] {
  const head = fitted(headLines(header, style), columns);
  const body = fitted(question ? questionLines(question, style) : roundLines(round, style), columns);
  const foot = fitted([{ text: "" }, footLine(round, style, header, question)], columns);
  const room = Math.max(1, rows - head.length - foot.length);
  if (body.length <= room) return [...head, ...body, ...foot];
  const more = count(body.length - room + 1, "more line");
  return [...head, ...body.slice(0, room - 1), style.dim(`… ${more}; enlarge the window`), ...foot];
}

/** The same for an output that is no terminal: one block for each round. */
export function devBlock(round: DevRound, style: Style, columns: number): string {
  const lines = fitted([{ text: clockOf(round.at), paint: style.bold }, ...roundLines(round, style)], columns);
  return `${lines.join("\n")}\n\n`;
}

export function headLines({ url, server, set, environment, path, keys }: DevHeader, style: Style): Line[] {
  const where = [`set ${set}`, ...(environment === undefined ? [] : [environment]), path];
  const actions = keys ? "r reset · q quit" : "Ctrl+C quits";
  return [
    { text: visible(`couchdb-migrate dev · ${where.join(" · ")} · ${actions}`), paint: style.bold },
    { text: visible(`${url} (${server})`), paint: style.cyan },
    { text: "" },
  ];
}

function questionLines(question: ResetPlan, style: Style): Line[] {
  const lines = resetText(question, "Would be removed", plain).trimEnd().split("\n");
  return lines.map((text) => summary(text, style.yellow));
}

function roundLines(round: DevRound, style: Style): Line[] {
  const { loaded, removed, errors } = round;
  return [
    ...part("files", errors.files, style, loaded && [summary(filesSummary(loaded))]),
    ...part("reset", errors.reset, style, removed && [summary(`removed: ${resetSummary(removed)}`)]),
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

function summary(text: string, paint?: Line["paint"]): Line {
  return paint ? { text: visible(text), paint } : { text: visible(text) };
}

function lintLines({ lint }: DevRound, { red, yellow, cyan }: Style): Line[] | undefined {
  if (!lint) return undefined;
  const paints = { error: red, warning: yellow, note: cyan };
  const lines = lint.findings.map(({ file, line, column, severity, message, rule }) =>
    summary(`${file}:${line}:${column}: ${severity}: ${message} (${rule})`, paints[severity]),
  );
  return [summary(lintSummary(lint).replace(/^.*: /, "")), ...lines];
}

function applyLines({ applied, written, places, orphans }: DevRound, style: Style): Line[] | undefined {
  if (!applied) return undefined;
  const paint = { applied: style.green, failed: style.red }[applied.result as string];
  // A file that goes back to an earlier form is a change like any other.
  const warnings = applied.warnings.filter(({ code }) => code !== "reverted");
  return [
    summary(`${applySummary(applied)} (${span(applied.milliseconds)})`, paint),
    ...written.map((title) => summary(`+ ${title}`, style.green)),
    ...applied.failures.flatMap(({ id, message, next }) => [
      summary(`${places.get(id) ?? id}: ${id}: ${message}`, style.red),
      summary(`next: ${next}`),
    ]),
    ...warnings.map(({ id, message }) => {
      const place = id === undefined ? "" : `${places.get(id) ?? id}: `;
      return summary(`${place}warning: ${message}`, style.yellow);
    }),
    ...orphans.map(({ id, objects }) => {
      const what = objects.length > 0 ? objects.join(", ") : "what it made";
      return summary(
        `orphaned: ${id} is no longer in the files; ${what} stays on the server; a reset removes what the set created`,
        style.yellow,
      );
    }),
  ];
}

function testLines({ tests }: DevRound, { red, green }: Style): Line[] | undefined {
  if (!tests) return undefined;
  if (tests.files.length === 0)
    return [summary("there are no *.test.yaml files; `couchdb-migrate new NAME --test` writes the first")];
  const failures = tests.files
    .flatMap((file) => file.tests)
    .flatMap(({ name, failures }) =>
      failures.flatMap(({ file, line, column, message, diff = [] }) => [
        summary(`${file}:${line}:${column}: ${name}: ${message}`, red),
        ...diff.map(({ in: side, text }) => {
          const [mark, paint] = { both: [" "], expected: ["-", red], actual: ["+", green] }[side] as [
            string,
            typeof red?,
          ];
          return { ...summary(`${mark} ${text.slice(0, 500)}`, paint), indent: 2 };
        }),
      ]),
    );
  return [summary(testSummary(tests), tests.failed > 0 ? red : green), ...failures];
}

function errorLines(error: MigrateError, { red }: Style): Line[] {
  const problems = problemsOf(error);
  if (problems.length === 0) return [summary(error.message, red), summary(`next: ${error.next}`)];
  return [
    summary(count(problems.length, "problem"), red),
    ...problems.flatMap((problem) => {
      if (typeof problem === "string") return [summary(problem, red)];
      const { message, text } = problem;
      return [summary(placeOf(problem) + message, red), ...(text ? [{ ...summary(text), indent: 2 }] : [])];
    }),
  ];
}

function footLine({ doing, at }: DevRound, style: Style, { url }: DevHeader, question?: ResetPlan): Line {
  if (question) {
    const text = visible(`Remove ${resetSummary(question)} from ${new URL(url).host}? y/N`);
    return { text, paint: style.yellow };
  }
  return { text: `${clockOf(at)} ${visible(doing ?? "waiting for changes")}`, paint: style.dim };
}

function clockOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Continued lines are indented as their first one, or below the name of their part. */
function fitted(lines: readonly Line[], columns: number): string[] {
  // A line that fills the last column would wrap on some terminals.
  const width = Math.max(20, columns - 1);
  return lines.flatMap(({ text, paint = (same: string) => same, indent = 0 }) => {
    const below = " ".repeat(Math.min(Math.max(indent, names) + 2, width - 10));
    const first = " ".repeat(indent);
    const [head = "", ...rest] = wrapped(text, width - indent, width - below.length);
    return [first + paint(head), ...rest.map((line) => below + paint(line))];
  });
}
