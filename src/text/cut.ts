/** The text, or its beginning and `…`. @param longest in code units; never cuts a surrogate pair in two */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…` : text;
}
