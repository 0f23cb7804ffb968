/** Changes as lines, for a terminal and for a Markdown diff. Pure. */
import { structuredPatch } from "diff";
import type { Change } from "../contract/results.js";
import { isObject } from "../text/json.js";
import { list } from "../text/quantity.js";
import { visible } from "../text/visible.js";

export interface Line {
  readonly mark: "+" | "-" | "~" | " ";
  readonly text: string;
}

/** More than this does not help a reader. */
const limits = { width: 160, linesOfValue: 20, linesOfDiff: 60, linesOfStep: 200, databases: 5, inline: 60 } as const;

type PlacedChange = Change & { readonly database?: string };

/** All changes of a step; changes that several databases share are shown once. */
export function stepLines(changes: readonly PlacedChange[]): Line[] {
  const lines: Line[] = [];
  for (const { databases, shared } of byDatabases(changes)) {
    const indent = databases.length > 0 ? "  " : "";
    if (databases.length > 0) lines.push({ mark: " ", text: `in ${list(databases.map(visible), limits.databases)}:` });
    for (const change of shared) {
      lines.push(...changeLines(change).map(({ mark, text }) => ({ mark, text: indent + text })));
    }
  }
  return capped(lines, limits.linesOfStep);
}

function byDatabases(changes: readonly PlacedChange[]): { databases: string[]; shared: Change[] }[] {
  const each = new Map<string | undefined, Change[]>();
  for (const { database, ...change } of changes) {
    const own = each.get(database) ?? [];
    own.push(change);
    each.set(database, own);
  }
  const groups = new Map<string, { databases: string[]; shared: Change[] }>();
  for (const [database, shared] of each) {
    const key = database === undefined ? "" : JSON.stringify(shared);
    const group = groups.get(key) ?? { databases: [], shared };
    if (database !== undefined) group.databases.push(database);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function changeLines({ path, before, after, text }: Change): Line[] {
  if (text !== undefined) return [{ mark: isAbsent(before) ? "+" : isAbsent(after) ? "-" : "~", text: visible(text) }];
  if (isAbsent(before)) return wholeLines("+", path, after);
  if (isAbsent(after)) return wholeLines("-", path, before);
  const [old, now] = [inline(before), inline(after)];
  if (old !== undefined && now !== undefined) return [{ mark: "~", text: `${label(path)}${old} -> ${now}` }];
  return [{ mark: "~", text: label(path).trimEnd() }, ...indented(differenceLines(textOf(before), textOf(after)))];
}

/** A value that is added or removed; a larger object is shown key by key. */
function wholeLines(mark: "+" | "-", path: string, value: unknown): Line[] {
  const short = inline(value);
  if (short !== undefined) return [{ mark, text: label(path) + short }];
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, part]) => wholeLines(mark, `${path}/${escapeKey(key)}`, part));
  }
  const lines = textOf(value).split("\n");
  const shown = capped(
    lines.map((text): Line => ({ mark, text: shorten(text) })),
    limits.linesOfValue,
  );
  return [{ mark, text: label(path).trimEnd() }, ...indented(shown)];
}

function differenceLines(before: string, after: string): Line[] {
  if (!before.includes("\n") && !after.includes("\n")) return window(before, after);
  const patch = structuredPatch("", "", `${before}\n`, `${after}\n`, "", "", { context: 3, maxEditLength: 2000 });
  if (!patch) return [{ mark: "~", text: `${lineCount(before)} become ${lineCount(after)}` }];
  const lines = patch.hunks.flatMap((hunk, i): Line[] => [
    ...(i > 0 || hunk.oldStart > 1 ? [{ mark: " " as const, text: "…" }] : []),
    ...hunk.lines.map((line): Line => ({ mark: markOf(line), text: shorten(line.slice(1)) })),
  ]);
  return capped(lines, limits.linesOfDiff);
}

/** Shows the part of two long lines around their first difference. */
function window(before: string, after: string): Line[] {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const from = Math.max(0, same - 40);
  const cut = (text: string) => shorten((from > 0 ? "…" : "") + text.slice(from));
  return [
    { mark: "-", text: cut(before) },
    { mark: "+", text: cut(after) },
  ];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** The value on one line, if it is short. */
function inline(value: unknown): string | undefined {
  const text = JSON.stringify(value) ?? "null";
  const multiLine = typeof value === "string" && value.includes("\n");
  return multiLine || text.length > limits.inline ? undefined : visible(text);
}

function capped(lines: readonly Line[], limit: number): Line[] {
  if (lines.length <= limit) return [...lines];
  const left = lines.length - limit;
  return [...lines.slice(0, limit), { mark: " ", text: `… ${left} more ${left === 1 ? "line" : "lines"}` }];
}

function shorten(text: string): string {
  return visible(text.length > limits.width ? `${text.slice(0, limits.width)}…` : text.replaceAll("\t", "    "));
}

function indented(lines: readonly Line[]): Line[] {
  return lines.map(({ mark, text }) => ({ mark, text: `  ${text}` }));
}

function label(path: string): string {
  return path === "" ? "" : `${visible(path)}: `;
}

function markOf(line: string): Line["mark"] {
  return line[0] === "+" || line[0] === "-" ? line[0] : " ";
}

function lineCount(text: string): string {
  return `${text.split("\n").length} lines`;
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
