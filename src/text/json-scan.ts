/**
 * Searches JSON text without building any values, because files of documents are large. The text must be valid JSON.
 */

/** The offset of the value at these keys, or of the nearest value around it. */
export function offsetIn(text: string, keys: readonly string[]): number {
  let at = skipSpace(text, 0);
  for (const key of keys) {
    const child = childOf(text, at, key);
    if (child === undefined) break;
    at = child;
  }
  return at;
}

export interface LossyNumber {
  readonly offset: number;
  readonly source: string;
  readonly message: string;
  /** An integer, of which CouchDB keeps all digits. */
  readonly isKept: boolean;
}

/** Numbers that `JSON.parse` changes. */
export function* lossyNumbers(text: string): Generator<LossyNumber> {
  if (!/\d{16}|\d[eE]\+?\d{2}/.test(text)) return;
  const tokens = /"|-?\d[\d.eE+-]*/g;
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const [source] = match;
    const { index: offset } = match;
    const message = source === '"' ? undefined : whyLossy(source);
    if (message) yield { offset, source, message, isKept: Number.isFinite(Number(source)) };
    if (source === '"') tokens.lastIndex = endOfString(text, offset);
  }
}

function whyLossy(source: string): string | undefined {
  const value = Number(source);
  if (!Number.isFinite(value)) return "this number is too large for CouchDB; if it is text, put it in quotes";
  // What is sent is the text that JavaScript generates for it.
  if (/[.eE]/.test(source) || Number.isSafeInteger(value) || JSON.stringify(value) === source) return undefined;
  return "this number is too large to be stored exactly; put it in quotes";
}

function childOf(text: string, at: number, key: string): number | undefined {
  const isList = text[at] === "[";
  if (!isList && text[at] !== "{") return undefined;
  let i = skipSpace(text, at + 1);
  for (let n = 0; text[i] !== "]" && text[i] !== "}"; n += 1) {
    let name = String(n);
    if (!isList) {
      const end = endOfString(text, i);
      name = JSON.parse(text.slice(i, end));
      i = skipSpace(text, text.indexOf(":", end) + 1);
    }
    if (name === key) return i;
    i = skipSpace(text, endOfValue(text, i));
    if (text[i] === ",") i = skipSpace(text, i + 1);
  }
  return undefined;
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  const isScalar = text[start] !== "[" && text[start] !== "{";
  if (isScalar) return firstOf(/[,\]}\s]/g, text, start);
  let depth = 0;
  for (let i = start; ; ) {
    const mark = text[i];
    if (mark === '"') {
      i = firstOf(/["[\]{}]/g, text, endOfString(text, i));
      continue;
    }
    depth += mark === "[" || mark === "{" ? 1 : -1;
    if (depth === 0) return i + 1;
    i = firstOf(/["[\]{}]/g, text, i + 1);
  }
}

function firstOf(marks: RegExp, text: string, from: number): number {
  marks.lastIndex = from;
  return marks.exec(text)?.index ?? text.length;
}

/** The offset after the closing quote: the first quote with an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === "\\") before -= 1;
    if ((end - 1 - before) % 2 === 0) return end + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  return firstOf(/[^\s]/g, text, from);
}
