import { Lexer } from "yaml";
import { maxNesting } from "../text/depth.js";

/** Where brackets and braces are first nested too deeply to be parsed. */
export function firstTooDeep(text: string): number | undefined {
  // Most texts need no closer look: brackets in strings are counted too here.
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

/** What the lexer puts in that is no part of the text: begin of a document, begin of a scalar, an error. */
const marks = new Set(["\u0002", "\u001f", "\u0018"]);

function exceeds(brackets: Iterable<RegExpExecArray>): boolean {
  let depth = 0;
  for (const [bracket] of brackets) {
    depth = Math.max(0, depth + (step[bracket] ?? 0));
    if (depth > maxNesting) return true;
  }
  return false;
}
