/**
 * Would CouchDB compile this? It evaluates a function's text as a script whose value has to be a function; QuickJS and
 * SpiderMonkey also take a function without a name as a statement, which JavaScript does not. What is decided here
 * without running it is a little stricter than CouchDB: nobody misses `if (1) (function (doc) {})`.
 */
import { type AnyNode, type Options, type Program, parse } from "acorn";

/** The newest that CouchDB's QuickJS reads as a whole; of ES2024 it refuses the `v` flag. */
const options: Options = { ecmaVersion: 2023, sourceType: "script" };

export interface SyntaxFault {
  /** In code units from 0. */
  readonly offset: number;
  readonly message: string;
}

export interface Parsed {
  readonly program: Program;
  /** What stands in the program at this offset stands there in the text. */
  readonly inText: (offset: number) => number;
}

export type Syntax = Parsed | { readonly fault: SyntaxFault };

/** The text of a map, reduce, filter, … function. */
export function parseFunction(source: string): Syntax {
  const parsed = parseWithNameless(source);
  if ("fault" in parsed) return parsed;
  const { program, inText } = parsed;
  const value = program.body.findLast((node) => hasValue(node) || isNameless(node));
  if (!value) return { fault: { offset: 0, message: noValue(program) } };
  const message = whyNoFunction(value, declaredIn(program));
  return message === undefined ? parsed : { fault: { offset: inText(value.start), message } };
}

/** The text of a CommonJS module, which CouchDB makes the body of a function. */
export function parseModule(source: string): Syntax {
  const head = "(function (module, exports, require) {";
  const inText = (offset: number) => Math.min(Math.max(offset - head.length, 0), source.length);
  try {
    const program = parse(`${head}${source}\n})`, options);
    const [only] = program.body;
    if (
      program.body.length === 1 &&
      only?.type === "ExpressionStatement" &&
      only.expression.type === "FunctionExpression"
    ) {
      return { program, inText };
    }
    return { fault: { offset: source.length, message: "a `}` too many" } };
  } catch (thrown) {
    const { offset, message } = faultOf(thrown);
    return { fault: { offset: inText(offset), message } };
  }
}

interface AcornError extends SyntaxError {
  readonly pos: number;
}

function faultOf(thrown: unknown): SyntaxFault {
  if (!(thrown instanceof SyntaxError) || !("pos" in thrown)) throw thrown;
  const { pos, message } = thrown as AcornError;
  return { offset: pos, message: message.replace(/ \(\d+:\d+\)$/, "") };
}

const nameless = "$nameless$";
/** As most texts begin. */
const atOnce = /^\s*function[ \t]*(?=\()/;

function isNameless(node: AnyNode): boolean {
  return node.type === "FunctionDeclaration" && (node.id?.name.startsWith(nameless) ?? false);
}

/** Parses with a name put in where a function statement lacks one. */
function parseWithNameless(source: string): Syntax {
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
      const program = parse(text, options);
      if (program.body.filter(isNameless).length === added.length) return { program, inText };
      return fault(added.at(-1)?.at ?? 0, "a function inside another needs a name");
    } catch (thrown) {
      const { offset, message } = faultOf(thrown);
      const before = text.slice(0, offset);
      const keyword =
        text[offset] === "(" ? /(?<![\w$.])function(?:\s|\*|\/\*[^\n]*?\*\/)*$/.exec(before)?.[0] : undefined;
      if (keyword === undefined) return fault(offset, message);
      if (keyword.includes("\n")) return fault(offset, "`(` has to stand on the same line as `function`");
      nameAt(offset);
    }
  }
}

/** Declarations leave the value of a script as it was. */
function hasValue({ type }: AnyNode): boolean {
  return !["FunctionDeclaration", "VariableDeclaration", "ClassDeclaration", "EmptyStatement"].includes(type);
}

function noValue({ body }: Program): string {
  const named = body.find((node) => node.type === "FunctionDeclaration");
  if (!named) return "it is not a function";
  return `\`${named.id?.name}\` is only declared, and CouchDB needs an expression: leave out the name, \`function (…) {…}\`, or put it in parentheses`;
}

function declaredIn({ body }: Program): ReadonlySet<string> {
  const names = body.flatMap((node) => {
    if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") return node.id ? [node.id.name] : [];
    if (node.type !== "VariableDeclaration") return [];
    return node.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  });
  return new Set(names);
}

const neverFunctions: ReadonlySet<string> = new Set([
  "ArrayExpression",
  "BinaryExpression",
  "ClassExpression",
  "ImportExpression",
  "Literal",
  "ObjectExpression",
  "TemplateLiteral",
  "UnaryExpression",
  "UpdateExpression",
]);

/** Undefined where it is a function, or may well be one. */
function whyNoFunction(node: AnyNode, declared: ReadonlySet<string>): string | undefined {
  switch (node.type) {
    case "ExpressionStatement":
      return whyNoFunction(node.expression, declared);
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      if (node.async) return "an async function has no result that CouchDB would wait for";
      return node.generator ? "CouchDB does not run a generator function" : undefined;
    case "SequenceExpression":
      return whyNoFunction(node.expressions.at(-1) ?? node, declared);
    case "AssignmentExpression":
      if (["exports", "module"].some((name) => rootOf(node.left) === name && !declared.has(name))) {
        return "this is a CommonJS module; CouchDB needs the function itself";
      }
      return whyNoFunction(node.right, declared);
    case "Identifier":
      return declared.has(node.name) ? undefined : `\`${node.name}\` is not defined`;
    default: {
      const other = neverFunctions.has(node.type) || /Statement$/.test(node.type);
      return other ? "it is not a function" : undefined;
    }
  }
}

function rootOf(node: AnyNode): string | undefined {
  if (node.type === "MemberExpression") return rootOf(node.object);
  return node.type === "Identifier" ? node.name : undefined;
}
