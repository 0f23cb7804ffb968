import { Lexer } from "yaml";
import { maxNesting } from "../text/depth.js";

/** The first place where brackets and braces are nested too deeply to be parsed. */
export function firstTooDeep(text: string): number | undefined {
  // Most texts pass this quick check, which also counts brackets in strings.
  if (!exceeds(text.matchAll(/[[\]{}]/g))) return undefined;
  let offset = 0;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    depth += step[token] ?? 0;
    if (depth > maxNesting) return offset;
    if (!marks.has(token)) offset += token.length;
  }
  return undefined;
}

const step: Readonly<Record<string, number>> = { "[": 1, "{": 1, "]": -1, "}": -1 };

/** Tokens that the lexer adds and that are not in the text: start of a document, start of a scalar, an error. */
const marks = new Set(["\u0002", "\u001f", "\u0018"]);

function exceeds(brackets: Iterable<RegExpExecArray>): boolean {
  let depth = 0;
  for (const [bracket] of brackets) {
    depth = Math.max(0, depth + (step[bracket] ?? 0));
    if (depth > maxNesting) return true;
  }
  return false;
}
