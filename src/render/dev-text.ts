/** The screen of `dev`: lines that fit the terminal. Pure. */
import type { DevHeader, DevRound } from "../contract/dev.js";
import type { ResetPlan } from "../contract/reset.js";
import { count } from "../text/quantity.js";
import { names, roundLines } from "./dev-round.js";
import { fitted, type Line, lineOf } from "./fitted.js";
import { resetSummary, resetText } from "./reset-text.js";
import { plain, type Style } from "./style.js";

export interface Size {
  readonly columns: number;
  /** Absent: no limit. */
  readonly rows?: number | undefined;
}

/** @param question is open: what would be removed */
export function devScreen(
  header: DevHeader,
  round: DevRound,
  style: Style,
  { columns, rows = Number.POSITIVE_INFINITY }: Size,
  question?: ResetPlan,
): string[] {
  const head = fitted(headLines(header, style), columns, names);
  const body = fitted(question ? questionLines(question, style) : roundLines(round, style), columns, names);
  const foot = fitted([{ text: "" }, footLine(round, style, header, question)], columns, names);
  const room = Math.max(1, rows - head.length - foot.length);
  if (body.length <= room) return [...head, ...body, ...foot];
  const more = count(body.length - room + 1, "more line");
  return [...head, ...body.slice(0, room - 1), style.dim(`… ${more}; enlarge the window`), ...foot];
}

/** For an output that is not a terminal: the head. Its lines are not broken, so that the URL can be copied. */
export function devHead(header: DevHeader, style: Style): string {
  const lines = headLines(header, style).map(({ text }) => text);
  return `${lines.join("\n")}\n`;
}

/** For an output that is not a terminal: one block for each round. */
export function devBlock(round: DevRound, style: Style, columns: number): string {
  const clock = { text: clockOf(round.at), paint: style.bold };
  return `${fitted([clock, ...roundLines(round, style)], columns, names).join("\n")}\n\n`;
}

function headLines({ url, server, set, environment, path, keys }: DevHeader, style: Style): Line[] {
  const where = [`set ${set}`, ...(environment === undefined ? [] : [environment]), path];
  const actions = keys ? "r reset · q quit" : "Ctrl+C quits";
  return [
    lineOf(`couchdb-migrate dev · ${where.join(" · ")} · ${actions}`, style.bold),
    lineOf(`${url} (${server})`, style.cyan),
    { text: "" },
  ];
}

function questionLines(question: ResetPlan, style: Style): Line[] {
  const lines = resetText(question, "Would be removed", plain).trimEnd().split("\n");
  return lines.map((text) => lineOf(text, style.yellow));
}

function footLine({ doing, at }: DevRound, style: Style, { url }: DevHeader, question?: ResetPlan): Line {
  if (question) return lineOf(`Remove ${resetSummary(question)} from ${new URL(url).host}? y/N`, style.yellow);
  return lineOf(`${clockOf(at)} ${doing ?? "waiting for changes"}`, style.dim);
}

function clockOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
