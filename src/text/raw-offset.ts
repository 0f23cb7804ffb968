/**
 * Finds a character of a decoded text in the source that it was decoded from: a JSON string, or a YAML scalar. White
 * space does not count, because YAML folds lines and removes indentation. Pure.
 */

/** How the source is quoted. `double`: with escapes, as in JSON. */
export type Quoting = "double" | "single" | "none";

const tokens: Readonly<Record<Quoting, RegExp>> = {
  double: /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|.)|./gs,
  single: /''|./gs,
  none: /./gs,
};

/** Escapes of one letter that stand for white space. */
const spaces = "nrtvf_LP \t\n";

/**
 * @param source with its quotes
 * @param text what `source` stands for
 * @param offset in `text`
 * @returns the offset in `source` of the first character at or after `offset` that is not white space
 */
export function rawOffset(source: string, text: string, offset: number, quoting: Quoting): number {
  let left = withoutSpace(text.slice(0, offset)).length;
  const token = new RegExp(tokens[quoting]);
  token.lastIndex = quoting === "none" ? 0 : 1;
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const units = withoutSpace(decoded(match[0], quoting)).length;
    if (units === 0) continue;
    if (left <= 0) return match.index;
    left -= units;
  }
  return source.length;
}

function decoded(token: string, quoting: Quoting): string {
  if (quoting === "none" || token.length === 1) return token;
  if (quoting === "single") return "'";
  const [, letter = "", hex] = /^\\(.)(.*)$/s.exec(token) ?? [];
  if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
  return spaces.includes(letter) ? " " : letter || " ";
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, "");
}
