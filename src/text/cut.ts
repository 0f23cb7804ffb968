/** The text, or its beginning and `…`. @param longest in code units; a pair of surrogates is not cut in two */
export function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…` : text;
}
