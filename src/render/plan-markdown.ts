/** A plan for a comment on a pull request. */
import type { Orphan, Plan, PlannedStep } from "../contract/results.js";
import { count } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { type Line, stepLines } from "./changes.js";
import { keptLines } from "./kept.js";
import { olderText } from "./older.js";
import { forgetHint, orphanLines, orphansHead } from "./orphans.js";
import {
  databaseLines,
  detailsHint,
  headline,
  isLeftAlone,
  markOf,
  otherWarnings,
  rebuildLines,
  refusedOf,
  shownChanges,
  shownNotes,
  shownSteps,
  summaryOf,
} from "./plan-summary.js";

/** The maximum length of a comment on GitHub. */
export const longestComment = 65_536;

export function planMarkdown(plan: Plan, { details = false, limit = longestComment } = {}): string {
  const shown = shownSteps(plan);
  const summary = plan.older ? `${inText(olderText(plan.older))}; \`apply\` would skip them` : summaryOf(plan);
  const head = [
    `## CouchDB plan: ${titleOf(plan)}`,
    `${code(plan.server.url)}, CouchDB ${inText(plan.server.version)}, set ${code(plan.set)}: ${plan.refused ? inText(plan.refused.message) : summary}`,
    ...(plan.refused ? [`**apply refuses these files.** ${inText(plan.refused.next)}`] : []),
    ...(plan.older ? [inText(plan.older.next)] : []),
  ];
  const tail = [
    ...otherWarnings(plan).map((message) => `- **Warning**: ${inText(message)}`),
    ...(plan.orphans.length > 0 ? [orphansText(plan.orphans)] : []),
  ];
  return fitted(
    head,
    shown.map((step) => section(step, details)),
    tail,
    limit,
  );
}

function titleOf(plan: Plan): string {
  if (plan.refused) return "REFUSED";
  if (plan.older) return "NOT APPLIED";
  return `${plan.changes === 0 ? "no changes" : count(plan.changes, "change")}${refusedOf(plan)}`;
}

function orphansText(orphans: readonly Orphan[]): string {
  const style = { text: inText, code };
  const lines = orphanLines(orphans, style).map((line) => `- ${line}`);
  return [orphansHead, "", ...lines, "", forgetHint(orphans, style)].join("\n");
}

/** As many complete sections as fit. */
function fitted(head: readonly string[], sections: readonly string[], tail: readonly string[], limit: number): string {
  const whole = join([...head, ...sections, ...tail]);
  if (whole.length <= limit) return whole;
  for (let kept = sections.length - 1; kept >= 0; kept -= 1) {
    const text = join([...head, ...sections.slice(0, kept), cut(sections.length - kept, limit), ...tail]);
    if (text.length <= limit) return text;
  }
  return join([...head, cut(sections.length, limit)]).slice(0, limit);
}

function cut(left: number, limit: number): string {
  const steps = left === 1 ? "1 more step is" : `${left} more steps are`;
  return `**${steps} left out**: the plan is longer than ${limit.toLocaleString("en-US")} characters. \`couchdb-migrate plan\` shows all of it.`;
}

function join(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}

function section(step: PlannedStep, details: boolean): string {
  const mark = markOf(step);
  const isNo = mark === "!" || mark === "?";
  const lines = stepLines(shownChanges(step, details));
  const said = [
    ...(step.description === undefined ? [] : [inText(step.description)]),
    ...databaseLines(step).map((text) => `- ${inText(text)}`),
    ...keptLines(step.kept ?? [], details).map((text) => `- kept: ${inText(text)}`),
    ...detailsHint(step, details).map((hint) => `- ${hint}`),
    ...rebuildLines(step.rebuilds).map((line) => `- **${inText(line)}**`),
    ...shownNotes(step).map((note, i) => `- ${isNo && i === 0 ? "**Reason**: " : ""}${inText(note)}`),
    ...(isLeftAlone(step) ? ["- `apply --verify` repairs it"] : []),
  ];
  const place = `${visible(step.file)}:${step.line}`;
  const summary = `<code>${escaped(mark)}</code> <b>${html(step.id)}</b>: ${html(headline(step, mark, step.target))} (${html(place)})`;
  const body = [...said, ...(lines.length > 0 ? [`\n${fenced(lines)}`] : [])];
  return ["<details open>", `<summary>${summary}</summary>`, "", ...body, "", "</details>"].join("\n");
}

/** A fence that is longer than any run of backticks in the text. */
function fenced(lines: readonly Line[]): string {
  const text = lines.map(({ mark, text: line }) => `${mark === "~" ? "!" : mark} ${line}`.trimEnd()).join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}

function code(text: string): string {
  return `<code>${html(text)}</code>`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return visible(text).replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** For text inside an HTML element, where Markdown and mentions (`@`) may still work. */
function html(text: string): string {
  return escaped(text)
    .replaceAll(/[\\`*[\]|~!]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll("@", "@&#8203;");
}

/** Escapes text so that Markdown shows it unchanged; `@` would notify people. */
function inText(text: string): string {
  return escaped(text)
    .replaceAll(/[\\`*_[\]#|~!]/g, "\\$&")
    .replaceAll("@", "@&#8203;");
}
