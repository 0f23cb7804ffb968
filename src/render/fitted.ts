/** Lines that fit the terminal. Pure. */
import { visible } from "../text/visible.js";
import { wrapped } from "../text/wrapped.js";

export interface Line {
  readonly text: string;
  readonly paint?: (text: string) => string;
  /** Columns before the text. */
  readonly indent?: number;
}

/** With the control characters of its text made visible. */
export function lineOf(text: string, paint?: Line["paint"]): Line {
  return paint ? { text: visible(text), paint } : { text: visible(text) };
}

/** Continued lines are indented as their first one, and at least by `least` columns. */
export function fitted(lines: readonly Line[], columns: number, least: number): string[] {
  // A line that fills the last column would wrap on some terminals.
  const width = Math.max(20, columns - 1);
  return lines.flatMap(({ text, paint = (same: string) => same, indent = 0 }) => {
    const below = " ".repeat(Math.min(Math.max(indent, least) + 2, width - 10));
    const first = " ".repeat(indent);
    const [head = "", ...rest] = wrapped(text, width - indent, width - below.length);
    return [first + paint(head), ...rest.map((line) => below + paint(line))];
  });
}
