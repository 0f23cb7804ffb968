/**
 * Decides whether CouchDB would compile a text. CouchDB evaluates a function's text as a script, and the value of the
 * script has to be a function. `validate` calls this instead of running the text; the embedded server calls it before
 * it runs the text.
 */
import { parse } from "acorn";
import { whyNoFunction } from "./function-value.js";
import { type Faulty, faultOf, type Parsed, type SyntaxFault, syntax } from "./javascript.js";
import { parseWithNameless } from "./nameless.js";

export interface ParsedFunction extends Parsed {
  /**
   * The text in a form that every engine evaluates: CouchDB's engines also accept a function without a name as a
   * statement.
   */
  readonly script: string;
  /**
   * Set if the value is not a function, or is one that nobody would want. Decided without running the text, so a
   * little stricter than CouchDB, which accepts `if (1) (function (doc) {})`.
   */
  readonly noFunction?: SyntaxFault;
}

/** Parses the text of a map, reduce, filter, … function. `fault`: CouchDB does not compile it. */
export function parseFunction(source: string): ParsedFunction | Faulty {
  const parsed = parseWithNameless(source);
  if ("fault" in parsed) return parsed;
  const { program, inText, script, nested } = parsed;
  const fault =
    nested === undefined
      ? whyNoFunction(program)
      : { offset: nested, message: "a function inside another needs a name" };
  return { program, inText, script, ...(fault && { noFunction: { ...fault, offset: inText(fault.offset) } }) };
}

/** Parses the text of a CommonJS module, which CouchDB uses as the body of a function. */
export function parseModule(source: string): Parsed | Faulty {
  const head = "(function (module, exports, require) {";
  const inText = (offset: number) => Math.min(Math.max(offset - head.length, 0), source.length);
  try {
    const program = parse(`${head}${source}\n})`, syntax);
    const [only] = program.body;
    if (
      program.body.length === 1 &&
      only?.type === "ExpressionStatement" &&
      only.expression.type === "FunctionExpression"
    ) {
      return { program, inText, wrapper: only.expression };
    }
    return { fault: { offset: source.length, message: "there is an extra `}`" } };
  } catch (thrown) {
    const { offset, message } = faultOf(thrown);
    return { fault: { offset: inText(offset), message } };
  }
}
