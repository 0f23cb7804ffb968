/** A value that changes, as lines that a terminal and a Markdown diff both show. Pure. */
import { structuredPatch } from "diff";
import type { Change } from "../contract/results.js";
import { isObject } from "../text/json.js";
import { count } from "../text/quantity.js";
import { visible } from "../text/visible.js";

export interface Line {
  readonly mark: "+" | "-" | "~" | " ";
  readonly text: string;
}

/** The most that is shown of one value, unless everything is asked for. */
const most = { width: 160, linesOfValue: 20, linesOfDiff: 60, inline: 60 } as const;

/** @param full without a limit */
export function changeLines({ path, before, after }: Change, full: boolean): Line[] {
  if (isAbsent(before)) return wholeLines("+", path, after, full);
  if (isAbsent(after)) return wholeLines("-", path, before, full);
  const [old, now] = [inline(before), inline(after)];
  if (old !== undefined && now !== undefined) return [{ mark: "~", text: `${label(path)}${old} → ${now}` }];
  return titled("~", path, differenceLines(textOf(before), textOf(after), full));
}

/** A value that appears or vanishes; an object that is not small, key by key. */
function wholeLines(mark: "+" | "-", path: string, value: unknown, full: boolean): Line[] {
  const short = inline(value);
  if (short !== undefined) return [{ mark, text: label(path) + short }];
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, part]) => wholeLines(mark, `${path}/${escapeKey(key)}`, part, full));
  }
  const lines = textOf(value)
    .split("\n")
    .map((text): Line => ({ mark, text: shorten(text, full) }));
  return titled(mark, path, full ? lines : capped(lines, most.linesOfValue));
}

function titled(mark: Line["mark"], path: string, lines: readonly Line[]): Line[] {
  if (path === "") return [...lines];
  return [{ mark, text: label(path).trimEnd() }, ...lines.map((line) => ({ ...line, text: `  ${line.text}` }))];
}

function differenceLines(before: string, after: string, full: boolean): Line[] {
  if (!before.includes("\n") && !after.includes("\n")) return window(before, after, full);
  const patch = structuredPatch("", "", `${before}\n`, `${after}\n`, "", "", { context: 3, maxEditLength: 2000 });
  if (!patch) return [{ mark: "~", text: `${lineCount(before)} become ${lineCount(after)}` }];
  const lines = patch.hunks.flatMap((hunk, i): Line[] => [
    ...(i > 0 || hunk.oldStart > 1 ? [{ mark: " " as const, text: "…" }] : []),
    ...hunk.lines.map((line): Line => ({ mark: markOf(line), text: shorten(line.slice(1), full) })),
  ]);
  return full ? lines : capped(lines, most.linesOfDiff);
}

/** Two long lines: the part around their first difference. */
function window(before: string, after: string, full: boolean): Line[] {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const from = full ? 0 : Math.max(0, same - 40);
  const cut = (text: string) => shorten((from > 0 ? "…" : "") + text.slice(from), full);
  return [
    { mark: "-", text: cut(before) },
    { mark: "+", text: cut(after) },
  ];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** The value on one line, if it is short. */
export function inline(value: unknown): string | undefined {
  const text = JSON.stringify(value) ?? "null";
  const multiLine = typeof value === "string" && value.includes("\n");
  return multiLine || text.length > most.inline ? undefined : visible(text);
}

function capped(lines: readonly Line[], limit: number): Line[] {
  if (lines.length <= limit) return [...lines];
  const left = lines.length - limit;
  return [...lines.slice(0, limit), { mark: " ", text: `… ${count(left, "more line")}` }];
}

function shorten(text: string, full: boolean): string {
  const shown = full || text.length <= most.width ? text : `${text.slice(0, most.width)}…`;
  return visible(shown.replaceAll("\t", "    "));
}

function label(path: string): string {
  return path === "" ? "" : `${visible(path.replace(/^\//, ""))}: `;
}

function markOf(line: string): Line["mark"] {
  return line[0] === "+" || line[0] === "-" ? line[0] : " ";
}

function lineCount(text: string): string {
  return count(text.split("\n").length, "line");
}

export function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
