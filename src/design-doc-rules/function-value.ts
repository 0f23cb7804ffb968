/** Whether the value of a script is a function, decided without running it. */
import type { AnyNode, Program } from "acorn";
import type { SyntaxFault } from "./javascript.js";
import { isNameless } from "./nameless.js";

/** Undefined if the value is a function, or could be one. */
export function whyNoFunction(program: Program): SyntaxFault | undefined {
  const value = program.body.findLast((node) => hasValue(node) || isNameless(node));
  if (!value) return { offset: 0, message: noValue(program) };
  const message = whyNot(value, declaredIn(program));
  return message === undefined ? undefined : { offset: value.start, message };
}

/** Declarations do not change the value of a script. */
function hasValue({ type }: AnyNode): boolean {
  return !["FunctionDeclaration", "VariableDeclaration", "ClassDeclaration", "EmptyStatement"].includes(type);
}

function noValue({ body }: Program): string {
  const named = body.find((node) => node.type === "FunctionDeclaration");
  if (!named) return "it is not a function";
  return `\`${named.id?.name}\` is a declaration, but CouchDB needs an expression: remove the name, \`function (…) {…}\`, or put it in parentheses`;
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

/** The global functions that exist in CouchDB 3.3 and 3.5 when a text is evaluated. */
const globals: ReadonlySet<string> = new Set(
  [
    "emit getRow index isArray log provides registerType require send start sum toJSON",
    "Array Boolean Date Error Function Map Number Object RegExp Set String Symbol TypeError WeakMap WeakSet",
    "decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval isFinite isNaN parseFloat parseInt unescape",
  ].flatMap((names) => names.split(" ")),
);

function whyNot(node: AnyNode, declared: ReadonlySet<string>): string | undefined {
  switch (node.type) {
    case "ExpressionStatement":
      return whyNot(node.expression, declared);
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      if (node.async) return "CouchDB does not run an async function";
      return node.generator ? "CouchDB does not run a generator function" : undefined;
    case "SequenceExpression":
      return whyNot(node.expressions.at(-1) ?? node, declared);
    case "AssignmentExpression":
      if (["exports", "module"].some((name) => rootOf(node.left) === name && !declared.has(name))) {
        return "this is a CommonJS module; CouchDB needs the function itself";
      }
      return whyNot(node.right, declared);
    case "Identifier":
      return declared.has(node.name) || globals.has(node.name) ? undefined : `\`${node.name}\` is not defined`;
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
