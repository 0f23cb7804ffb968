/** What the lines of a plan in a terminal have in common. */

import { shortened } from "../text/cut.js";
import { visible } from "../text/visible.js";
import type { Line } from "./changes.js";
import { type Span, wrapSpans } from "./columns.js";
import type { Mark } from "./outline/marks.js";
import type { Detail, Reference } from "./outline/model.js";
import type { Style } from "./style.js";

/** How something is written: on which terminal, and whether it is cut. */
export interface Page {
  readonly style: Style;
  readonly columns: number;
  readonly full: boolean;
}

export function referenceSpans(reference: Reference | undefined, style: Style): Span[] {
  if (!reference) return [];
  return [{ text: ` (${visible(reference.id)}, ${visible(reference.at)})`, paint: style.dim }];
}

const detailIndent = "      ";

export function hanging(label: string, text: string, paint: (text: string) => string, { columns }: Page): string[] {
  const lines = wrapSpans([{ text: label, paint }, { text: visible(text) }], columns - detailIndent.length);
  return lines.map((line) => detailIndent + line);
}

export function detailLines(details: readonly Detail[], { style, columns, full }: Page): string[] {
  const room = columns - detailIndent.length;
  const cutLine = (text: string) => (full ? text : shortened(text, room));
  return details.flatMap(({ title, lines }) => [
    ...(title === "" ? [] : [detailIndent + style.dim(cutLine(visible(title)))]),
    ...lines.map(({ mark, text }) =>
      (detailIndent + paints(mark, style)(cutLine(`${mark} ${text}`.trimEnd()))).trimEnd(),
    ),
  ]);
}

export function paints(mark: Mark | Line["mark"], style: Style): (text: string) => string {
  if (mark === "+") return style.green;
  if (mark === "-" || mark === "!" || mark === "?") return style.red;
  if (mark === "~" || mark === "*") return style.yellow;
  return mark === "=" || mark === "<" || mark === "≠" ? style.cyan : (text) => text;
}
