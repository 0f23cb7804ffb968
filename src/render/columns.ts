/** Text in columns of a terminal. Pure. */
import { lengthOf } from "../text/cut.js";

/** A part of a line, and how it is painted. Its text has no line ends. */
export interface Span {
  readonly text: string;
  paint?(text: string): string;
}

/** Less than this of a text says nothing. */
const shortest = 8;

/** As many as there is room for, the last one perhaps with `…`; never wrapped. */
export function cutSpans(spans: readonly Span[], columns: number): string {
  let left = columns;
  let line = "";
  for (const [i, { text, paint }] of spans.entries()) {
    const isLast = i === spans.length - 1;
    const isWhole = lengthOf(text) <= left - (isLast ? 0 : 1);
    const shown = isWhole ? text : `${[...text].slice(0, left < shortest ? 0 : left - 1).join("")}…`;
    line += paint ? paint(shown) : shown;
    left -= lengthOf(shown);
    if (!isWhole) break;
  }
  return line;
}

/** Wrapped at spaces; a word that is longer than a line stays whole. */
export function wrapSpans(spans: readonly Span[], columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const { text, paint } of spans) {
    for (const word of text.split(/(?<= )/)) {
      const bare = word.trimEnd();
      if (used > 0 && used + lengthOf(bare) > columns) {
        lines.push(line.trimEnd());
        [line, used] = ["", 0];
      }
      line += (paint && bare !== "" ? paint(bare) : bare) + word.slice(bare.length);
      used += lengthOf(word);
    }
  }
  return [...lines, line.trimEnd()];
}
