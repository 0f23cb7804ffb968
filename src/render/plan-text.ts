/** A plan for people at a terminal. */
import type { Orphan, Plan, PlannedStep } from "../contract/results.js";
import { list } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { type Line, stepLines } from "./changes.js";
import { keptLines } from "./kept.js";
import { forgetHint, orphanLines, orphansHead } from "./orphans.js";
import {
  databaseLines,
  detailsHint,
  headline,
  type Mark,
  markOf,
  otherWarnings,
  rebuildLines,
  restOf,
  shownChanges,
  shownNotes,
  shownSteps,
  summaryOf,
} from "./plan-summary.js";
import type { Style } from "./style.js";

export function planText(plan: Plan, style: Style, details = false): string {
  const shown = shownSteps(plan);
  const server = `${visible(plan.server.url)} (CouchDB ${visible(plan.server.version)}), set ${visible(plan.set)}`;
  const parts = [
    `Plan for ${server}`,
    ...shown.map((step) => stepText(step, style, details)),
    ...otherWarnings(plan).map((message) => `${style.yellow("warning:")} ${visible(message)}`),
    ...(plan.orphans.length > 0 ? [orphansText(plan.orphans)] : []),
    style.bold(closing(plan)),
  ];
  return `${parts.join("\n\n")}\n`;
}

export function orphansText(orphans: readonly Orphan[]): string {
  const style = { text: visible, code: (text: string) => `\`${visible(text)}\`` };
  const lines = orphanLines(orphans, style).map((line) => `  ${line}`);
  return [orphansHead, ...lines, forgetHint(orphans, style)].join("\n");
}

function closing(plan: Plan): string {
  if (plan.refused) return `${summaryOf(plan)}. ${visible(plan.refused.next)}`;
  if (plan.older) return `${summaryOf(plan)}. ${visible(plan.older.next)}`;
  if (plan.steps.every((step) => markOf(step) === " ")) {
    const apart = plan.unset ? ", apart from the unknown secrets" : "";
    return `Nothing to do${apart}: CouchDB matches the files. ${restOf(plan)}`.trimEnd();
  }
  const kept = plan.steps.filter((step) => markOf(step) === "≠" && step.state === "applied");
  const quiet = plan.steps.every((step) => markOf(step) === " " || kept.includes(step));
  if (!quiet) return summaryOf(plan);
  const ids = list(
    kept.map(({ id }) => visible(id)),
    20,
  );
  return `Nothing to do: differences in ${ids} are kept by design. ${restOf(plan)}`;
}

function stepText(step: PlannedStep, style: Style, details: boolean): string {
  const mark = markOf(step);
  const paint = painter(mark, style);
  const isNo = mark === "!" || mark === "?";
  const place = style.dim(`(${visible(step.file)}:${step.line})`);
  const what = headline(step, mark, visible(step.target));
  const head = `${paint(mark)} ${style.bold(visible(step.id))}: ${what} ${place}`;
  const body = [
    ...(step.description === undefined ? [] : [style.dim(visible(step.description))]),
    ...databaseLines(step).map((text) => style.dim(text)),
    ...stepLines(shownChanges(step, details)).map((line) => lineText(line, style)),
    ...keptLines(step.kept ?? [], details).map((text) => style.cyan(`≠ ${text}`)),
    ...detailsHint(step, details).map((hint) => style.dim(hint)),
    ...rebuildLines(step.rebuilds).map((line) => style.yellow(line)),
    ...shownNotes(step).map(
      (note, i) => `${isNo && i === 0 ? style.red("reason:") : style.yellow("note:")} ${visible(note)}`,
    ),
  ];
  return [head, ...body.map((text) => `    ${text}`)].join("\n");
}

function lineText({ mark, text }: Line, style: Style): string {
  return `${painter(mark, style)(`${mark} ${text}`)}`.trimEnd();
}

function painter(mark: Mark | Line["mark"], style: Style): (text: string) => string {
  if (mark === "+") return style.green;
  if (mark === "-" || mark === "!" || mark === "?") return style.red;
  if (mark === "~" || mark === "*") return style.yellow;
  return mark === "=" || mark === "<" || mark === "≠" ? style.cyan : (text) => text;
}
