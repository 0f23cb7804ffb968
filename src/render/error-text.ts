/** An error for people: what happened, where, and what to do. */
import type { MigrateError } from "../contract/errors.js";
import type { Problem } from "../contract/problem.js";
import { placeOf } from "../text/place-of.js";
import { visible } from "../text/visible.js";
import type { Style } from "./style.js";

/** @param foreign for the stack of a bug; absent: the stack is omitted */
export function errorText(error: MigrateError, style: Style, foreign?: (text: string) => string): string {
  const problems = problemsOf(error);
  // A single problem with the settings is part of the first line.
  const listed = problems.length > 1 || typeof problems[0] === "object" ? problems : [];
  const head = listed.length > 0 ? headOf(listed.length, error) : visible(error.message);
  const lines = [
    ...listed.flatMap((problem) => problemLines(problem, style)),
    `${style.red(style.bold(`error[${error.code}]:`))} ${head}`,
    `  ${style.dim("next:")} ${visible(error.next)}`,
    ...(foreign && error.code === "bug"
      ? foreign(stackOf(error))
          .split("\n")
          .map((line) => `  ${visible(line)}`)
      : []),
  ];
  return lines.join("\n");
}

/** One line, for the termination log. */
export function errorSummary(error: MigrateError): string {
  return visible(`${error.code}: ${sentence(error.message)} ${error.next}`);
}

/** With a full stop, so that another sentence can follow. */
export function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

/** All problems of invalid input or settings, from the error's data. */
export function problemsOf(error: MigrateError): readonly (Problem | string)[] {
  const { problems } = error.data;
  return Array.isArray(problems) ? problems : [];
}

function headOf(problems: number, error: MigrateError): string {
  const where = error.code === "invalid-settings" ? "the settings; nothing was sent" : "the migration files";
  return `${problems === 1 ? "1 problem" : `${problems} problems`} in ${where}`;
}

function problemLines(problem: Problem | string, style: Style): string[] {
  if (typeof problem === "string") return [`${style.red("-")} ${visible(problem)}`];
  const { message, text } = problem;
  return [
    `${style.bold(visible(placeOf(problem)))}${visible(message)}`,
    ...(text ? [`    ${style.dim(visible(text))}`] : []),
  ];
}

/** The stack trace. */
export function stackOf(error: MigrateError): string {
  return String((error.cause instanceof Error ? error.cause : error).stack ?? "");
}
