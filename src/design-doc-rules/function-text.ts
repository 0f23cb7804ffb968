/**
 * Would CouchDB compile this? CouchDB evaluates a function's text as a script, and the value of the script has to be a
 * function. `validate` asks here without running the text, and the embedded server asks before it runs it.
 */
import { parse } from "acorn";
import { whyNoFunction } from "./function-value.js";
import { type Faulty, faultOf, type Parsed, type SyntaxFault, syntax } from "./javascript.js";
import { parseWithNameless } from "./nameless.js";

export interface ParsedFunction extends Parsed {
  /** The text as every engine evaluates it: CouchDB's also take a function without a name as a statement. */
  readonly script: string;
  /**
   * Its value is not a function, or nobody means this one. Decided without running the text, so a little stricter than
   * CouchDB, which takes `if (1) (function (doc) {})`.
   */
  readonly noFunction?: SyntaxFault;
}

/** The text of a map, reduce, filter, … function. `fault`: CouchDB does not compile it. */
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

/** The text of a CommonJS module, which CouchDB makes the body of a function. */
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
