/** A place and what happens there, in columns of a terminal. */

import { lengthOf, shortened } from "../text/cut.js";
import { visible } from "../text/visible.js";
import { cutSpans, type Span, wrapSpans } from "./columns.js";
import { countOf, nameOf } from "./outline/group-name.js";
import type { Group, OutlineLine } from "./outline/model.js";
import { detailLines, hanging, type Page, paints } from "./plan-page.js";

export function groupText(group: Group, page: Page): string {
  const { style, columns } = page;
  const number = countOf(group);
  const head =
    style.bold(shortened(visible(nameOf(group)), columns - number.length)) + (number === "" ? "" : style.dim(number));
  const longest = Math.max(...group.lines.map(({ what }) => lengthOf(visible(what))));
  const width = Math.min(longest, Math.floor(columns / 2));
  return [head, ...group.lines.flatMap((line) => lineText(line, width, page))].join("\n");
}

function lineText(line: OutlineLine, width: number, page: Page): string[] {
  const { style, columns, full } = page;
  const what = full ? visible(line.what) : shortened(visible(line.what), width);
  const head = `  ${paints(line.mark, style)(line.mark)} ${what}`;
  const needed = [
    ...(line.where === undefined ? [] : [{ text: visible(line.where) }]),
    ...line.builds.map((text) => ({ text: visible(text), paint: style.yellow })),
  ];
  const spans = separated([...needed, ...line.facts.map((text) => ({ text: visible(text) }))]);
  const [indent, room] = [width + 6, columns - width - 6];
  const isNew = line.mark === "+" || line.mark === "=";
  const isCut = !full && isNew && wrapSpans(separated(needed), room).length < 2;
  const [first = "", ...others] = isCut ? [cutSpans(spans, room)] : wrapSpans(spans, room);
  const gap = " ".repeat(Math.max(width - lengthOf(what), 0) + 2);
  return [
    (first === "" ? head : head + gap + first).trimEnd(),
    ...others.map((text) => " ".repeat(indent) + text),
    ...(line.reference
      ? hanging(`${visible(line.reference.id)}, ${visible(line.reference.at)}`, "", style.dim, page)
      : []),
    ...(line.description === undefined ? [] : hanging("", line.description, style.dim, page)),
    ...line.notes.flatMap((note) => hanging("note: ", note, style.yellow, page)),
    ...detailLines(line.details, page),
  ];
}

function separated(spans: readonly Span[]): Span[] {
  return spans.flatMap((span, i) => (i === 0 ? [span] : [{ text: " · " }, span]));
}
