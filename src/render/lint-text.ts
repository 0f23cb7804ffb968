/** Findings of `lint` for people: one line each, in the form that editors and terminals make links of. */
import type { LintFinding, LintResult, LintSeverity } from "../contract/lint.js";
import { count, list } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { Style } from "./style.js";

const severities: readonly LintSeverity[] = ["error", "warning", "note"];

export function lintText(result: LintResult, style: Style): string {
  const { findings, unset = [] } = result;
  const summary = lintSummary(result);
  const lines = [
    ...findings.map((one) => lineOf(one, style)),
    ...(findings.length > 0 ? [""] : []),
    ...(unset.length > 0 ? [unsetNote(unset, style)] : []),
    findings.length > 0 ? `${summary}. docs/lint.md in the package describes the rules.` : style.green(summary),
  ];
  return `${lines.join("\n")}\n`;
}

/** `2 files, 5 steps: 1 error, 3 warnings`. */
export function lintSummary({ files, steps, findings }: LintResult): string {
  return `${count(files.length, "file")}, ${count(steps, "step")}: ${findingsSummary(findings)}`;
}

/** `1 error, 3 warnings`. */
export function findingsSummary(findings: readonly LintFinding[]): string {
  const found = severities.flatMap((severity) => {
    const number = findings.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : [count(number, severity)];
  });
  return found.join(", ") || "nothing found";
}

/** Whether one of the findings is at least as severe as `lowest`. */
export function fails({ findings }: LintResult, lowest: LintSeverity | "never"): boolean {
  if (lowest === "never") return false;
  return findings.some(({ severity }) => severities.indexOf(severity) <= severities.indexOf(lowest));
}

export function severityColors({ red, yellow, cyan }: Style) {
  return { error: red, warning: yellow, note: cyan };
}

function lineOf({ file, line, column, severity, message, rule }: LintFinding, style: Style): string {
  const colors = severityColors(style);
  const place = visible(`${file}:${line}:${column}`);
  return `${place}: ${colors[severity](severity)}: ${visible(message)} ${style.dim(`(${rule})`)}`;
}

function unsetNote(unset: readonly string[], style: Style): string {
  const [are, them] = unset.length === 1 ? ["is", "it"] : ["are", "them"];
  const names = list(unset.map(visible), 20);
  return `${style.cyan("note:")} ${names} ${are} not set: what depends on ${them} was not checked`;
}
