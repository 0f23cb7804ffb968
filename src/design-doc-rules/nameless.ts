/**
 * CouchDB's engines accept `function (doc) {…}` as a statement, but JavaScript does not. Here it gets a name for
 * parsing, and parentheses for running.
 */
import { type AnyNode, type FunctionDeclaration, type Program, parse, parseExpressionAt } from "acorn";
import { type Faulty, faultOf, type Parsed, syntax } from "./javascript.js";

const nameless = "$nameless$";
/** How most texts begin. */
const atOnce = /^\s*function[ \t]*(?=\()/;

/** `function` before a `(`, with the text around it. */
const keyword = /(?<![\w$.])(?<async>async[ \t]+)?function(?<gap>(?:\s|\*|\/\*(?:[^*]|\*(?!\/))*\*\/)*)$/;

export interface WithNames extends Parsed {
  /** The text with names and parentheses, which every engine evaluates. */
  readonly script: string;
  /** The offset of a nameless function statement inside another function. CouchDB accepts it, but it is a mistake. */
  readonly nested?: number;
}

export function parseWithNameless(source: string): WithNames | Faulty {
  const added: { readonly at: number; readonly length: number }[] = [];
  const inText = (offset: number) => added.reduceRight((at, one) => (at > one.at ? at - one.length : at), offset);
  const fault = (offset: number, message: string) => ({ fault: { offset: inText(offset), message } });
  let text = source;
  let names = 0;
  let begun = 0;
  const add = (at: number, more: string) => {
    added.push({ at, length: more.length });
    text = `${text.slice(0, at)}${more}${text.slice(at)}`;
  };
  const nameAt = (at: number) => {
    add(at, ` ${nameless}${added.length}`);
    names += 1;
  };
  const head = atOnce.exec(source)?.[0];
  if (head !== undefined) nameAt(head.length);
  for (;;) {
    try {
      const program = parse(text, syntax);
      const found = program.body.filter(isNameless);
      const parsed = { program, inText, script: inParentheses(text, found) };
      return found.length + begun === names ? parsed : { ...parsed, nested: added.at(-1)?.at ?? 0 };
    } catch (thrown) {
      const { offset, message } = faultOf(thrown);
      const start = text[offset] === "." ? text.lastIndexOf("function", added.at(-1)?.at) : -1;
      const end = added.length > 0 && start >= 0 ? endOfFunction(text, start) : undefined;
      if (end !== undefined && text.slice(end, offset).trim() === "") {
        // If the function is the start of an expression, `function (doc) {…}.bind(this)`, the parentheses make it
        // valid.
        add(end, ")");
        add(start, ";(");
        begun += 1;
        continue;
      }
      const found = text[offset] === "(" ? keyword.exec(text.slice(0, offset)) : null;
      if (!found) return fault(offset, message);
      const { async, gap = "" } = found.groups ?? {};
      if (async !== undefined) return fault(found.index, "CouchDB does not run an async function");
      if (gap.replaceAll(/\/\*.*?\*\//gs, "").includes("*"))
        return fault(found.index, "CouchDB does not run a generator function");
      if (gap.includes("\n")) return fault(offset, "`(` must be on the same line as `function`");
      nameAt(offset);
    }
  }
}

/** The end of the function at the start of an expression. */
function endOfFunction(text: string, start: number): number | undefined {
  try {
    let node: AnyNode = parseExpressionAt(text, start, syntax);
    while (node.type === "CallExpression" || node.type === "MemberExpression") {
      node = node.type === "CallExpression" ? node.callee : node.object;
    }
    return node.type === "FunctionExpression" ? node.end : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the statement is a function without a name in the text. */
export function isNameless(node: Program["body"][number]): node is FunctionDeclaration {
  return node.type === "FunctionDeclaration" && node.id.name.startsWith(nameless);
}

/** The semicolons prevent the code next to a function from calling it or using it as an argument. */
function inParentheses(text: string, functions: readonly FunctionDeclaration[]): string {
  return functions.reduceRight(
    (done, { start, end }) => `${done.slice(0, start)};(${done.slice(start, end)});${done.slice(end)}`,
    text,
  );
}
