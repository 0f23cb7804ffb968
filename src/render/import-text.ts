/** An import for people. Pure. */
import type { ImportResult } from "../import/result.js";
import { count } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { Style } from "./style.js";

export function importSummary({ out, files, steps }: ImportResult): string {
  if (files.length === 0) return "There was nothing to import; nothing was written.";
  return `Wrote ${count(steps, "step")} in ${count(files.length, "file")} to ${visible(out)}.`;
}

export function importText(result: ImportResult, style: Style): string {
  const { leftOut, variables } = result;
  return [
    style.green(importSummary(result)),
    ...section(
      "To be set in the environment:",
      variables.map(({ name, holds }) => `${style.bold(name)}: ${visible(holds)}`),
    ),
    ...section(
      "Left out:",
      leftOut.map(({ subject, reason }) => `${style.bold(visible(subject))}: ${visible(reason)}`),
    ),
    ...(result.files.length === 0 ? [] : ["", nextLine(result.out, style)]),
    "",
  ].join("\n");
}

function nextLine(out: string, style: Style): string {
  return `${style.dim("next:")} Read the files, then see what they would change: \`couchdb-migrate plan ${visible(out)}\``;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
