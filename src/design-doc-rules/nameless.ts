/**
 * CouchDB's engines take `function (doc) {…}` as a statement, which JavaScript does not. Here it gets a name while it is
 * parsed, and parentheses to be run.
 */
import { type FunctionDeclaration, type Program, parse } from "acorn";
import { type Faulty, faultOf, type Parsed, syntax } from "./javascript.js";

const nameless = "$nameless$";
/** As most texts begin. */
const atOnce = /^\s*function[ \t]*(?=\()/;

/** `function` before a `(`, with what is around it. */
const keyword = /(?<![\w$.])(?<async>async[ \t]+)?function(?<gap>(?:\s|\*|\/\*(?:[^*]|\*(?!\/))*\*\/)*)$/;

export interface WithNames extends Parsed {
  /** The text with names and parentheses: every engine evaluates it. */
  readonly script: string;
  /** Where a nameless function statement inside another function begins; CouchDB takes it, and nobody means it. */
  readonly nested?: number;
}

export function parseWithNameless(source: string): WithNames | Faulty {
  const added: { readonly at: number; readonly length: number }[] = [];
  const inText = (offset: number) => added.reduceRight((at, one) => (at > one.at ? at - one.length : at), offset);
  const fault = (offset: number, message: string) => ({ fault: { offset: inText(offset), message } });
  let text = source;
  const nameAt = (at: number) => {
    const name = ` ${nameless}${added.length}`;
    added.push({ at, length: name.length });
    text = `${text.slice(0, at)}${name}${text.slice(at)}`;
  };
  const head = atOnce.exec(source)?.[0];
  if (head !== undefined) nameAt(head.length);
  for (;;) {
    try {
      const program = parse(text, syntax);
      const found = program.body.filter(isNameless);
      const parsed = { program, inText, script: inParentheses(text, found) };
      return found.length === added.length ? parsed : { ...parsed, nested: added.at(-1)?.at ?? 0 };
    } catch (thrown) {
      const { offset, message } = faultOf(thrown);
      const found = text[offset] === "(" ? keyword.exec(text.slice(0, offset)) : null;
      if (!found) return fault(offset, message);
      const { async, gap = "" } = found.groups ?? {};
      if (async !== undefined) return fault(found.index, "CouchDB does not run an async function");
      if (gap.replaceAll(/\/\*.*?\*\//gs, "").includes("*"))
        return fault(found.index, "CouchDB does not run a generator function");
      if (gap.includes("\n")) return fault(offset, "`(` has to be on the same line as `function`");
      nameAt(offset);
    }
  }
}

/** Whether the statement is a function that has no name in the text. */
export function isNameless(node: Program["body"][number]): node is FunctionDeclaration {
  return node.type === "FunctionDeclaration" && node.id.name.startsWith(nameless);
}

/** The semicolons keep a function from being called by, or being an argument of, what is beside it. */
function inParentheses(text: string, functions: readonly FunctionDeclaration[]): string {
  return functions.reduceRight(
    (done, { start, end }) => `${done.slice(0, start)};(${done.slice(start, end)});${done.slice(end)}`,
    text,
  );
}
