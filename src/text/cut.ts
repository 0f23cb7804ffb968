/** The text, or its beginning and `…`. @param longest in code units; never cuts a surrogate pair in two */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/** How many columns the text takes in a terminal, if none of its characters is wide. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** With `…` if the end is cut off. */
export function shortened(text: string, columns: number): string {
  return lengthOf(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join("")}…`;
}
