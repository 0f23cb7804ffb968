/** What differs from the files and stays as it is. Pure. */
import type { Kept } from "../contract/results.js";
import { list } from "../text/quantity.js";
import { visible } from "../text/visible.js";

type PlacedKept = Kept & { readonly database?: string };

/** More than these of one step say no more to a reader. */
const most = { differences: 20, width: 60, inOneLine: 3 } as const;

/** One line each: `/docs/overmind/broods is 8 (the files have 7)`. A last one is shown, since to count it takes a line, too. */
export function keptLines(kept: readonly PlacedKept[]): string[] {
  const shown = kept.length > most.differences + 1 ? kept.slice(0, most.differences) : kept;
  const lines = shown.map(keptLine);
  const more = kept.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** The first ones in one line, for a log. */
export function keptSummary(kept: readonly PlacedKept[]): string {
  return list(kept.map(keptLine), most.inOneLine);
}

function keptLine({ path, server, files, database }: PlacedKept): string {
  const where = database === undefined ? "" : ` in ${visible(database)}`;
  return `${visible(path)}${where} is ${valueText(server)} (${isAbsent(files) ? "not in the files" : `the files have ${valueText(files)}`})`;
}

function valueText(value: unknown): string {
  if (isAbsent(value)) return "absent";
  const text = JSON.stringify(value);
  return visible(text.length > most.width ? `${text.slice(0, most.width)}…` : text);
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}
