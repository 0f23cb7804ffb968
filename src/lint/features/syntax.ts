/** Syntax that an engine of CouchDB lacks. Pure. */
import type { AnyNode } from "acorn";
import type { Feature } from "./feature.js";

/** `parser` absent: the parser knows it. */
type Row = readonly [name: string, spidermonkey: number, sample: string, is: Feature["is"], parser?: false];

const rows: readonly Row[] = [
  ["arrow functions", 22, "((a) => a)(true)", ofType("ArrowFunctionExpression")],
  ["`let`", 44, "(function () { let a = true; return a; })()", isDeclaration("let")],
  ["template strings", 34, "`a` === 'a'", ofType("TemplateLiteral")],
  ["classes", 45, "typeof (class {}) === 'function'", ofType("ClassExpression", "ClassDeclaration")],
  [
    "default parameters",
    15,
    "(function (a = true) { return a; })()",
    (node) => "params" in node && node.params.some(({ type }) => type === "AssignmentPattern"),
  ],
  [
    "rest parameters",
    15,
    "(function (...a) { return a.length === 1; })(1)",
    (node) => "params" in node && node.params.some(({ type }) => type === "RestElement"),
  ],
  [
    "spread arguments",
    27,
    "Math.max(...[1, 2]) === 2",
    (node) => (node.type === "CallExpression" || node.type === "NewExpression") && has(node.arguments, "SpreadElement"),
  ],
  [
    "spread elements",
    16,
    "[...[1, 2]].length === 2",
    (node) => node.type === "ArrayExpression" && has(node.elements, "SpreadElement"),
  ],
  ["`for … of`", 13, "(function () { for (var a of [true]) return a; })()", ofType("ForOfStatement")],
  [
    "short fields (`{ a }`) and methods",
    34,
    "(function (a) { return { a }.a; })(true)",
    (node) => node.type === "Property" && (node.shorthand || node.method) && node.value.type !== "AssignmentPattern",
  ],
  [
    "computed fields (`{ [a]: b }`)",
    34,
    "({ ['a']: true }).a",
    (node) => node.type === "Property" && node.computed && node.value.type !== "AssignmentPattern",
  ],
  [
    "the `**` operator",
    52,
    "2 ** 2 === 4",
    (node) => "operator" in node && (node.operator === "**" || node.operator === "**="),
  ],
  [
    "object spread (`{ ...a }`)",
    55,
    "({ ...{ a: true } }).a",
    (node) => node.type === "ObjectExpression" && has(node.properties, "SpreadElement"),
    false,
  ],
  [
    "`catch` without a name",
    58,
    "(function () { try { throw 1; } catch { return true; } })()",
    (node) => node.type === "CatchClause" && !node.param,
    false,
  ],
  ["optional chaining (`?.`)", 74, "({})?.a?.b === undefined", ofType("ChainExpression"), false],
  [
    "the `??` operator",
    72,
    "null ?? true",
    (node) => node.type === "LogicalExpression" && node.operator === "??",
    false,
  ],
  [
    "logical assignment (`??=`)",
    79,
    "(function (a) { a ??= true; return a; })(null)",
    (node) => node.type === "AssignmentExpression" && ["??=", "||=", "&&="].includes(node.operator),
    false,
  ],
  [
    "separators in numbers (`1_000`)",
    70,
    "1_000 === 1000",
    (node) => node.type === "Literal" && /^[\d.]+_/.test(node.raw ?? ""),
    false,
  ],
  [
    "`BigInt`",
    68,
    "typeof 1n === 'bigint'",
    (node) => node.type === "Literal" && "bigint" in node && node.bigint !== undefined,
    false,
  ],
  ["fields of classes", 69, "new (class { a = true; })().a", ofType("PropertyDefinition"), false],
  [
    "private names (`#a`)",
    90,
    "new (class { #a = true; b() { return this.#a; } })().b()",
    ofType("PrivateIdentifier"),
    false,
  ],
  [
    "static blocks of classes",
    93,
    "typeof class { static { this.a = 1; } } === 'function'",
    ofType("StaticBlock"),
    false,
  ],
  [
    "generators",
    26,
    "(function* () { yield true; })().next().value",
    (node) => "generator" in node && node.generator === true,
  ],
  ["the flag `s` of regular expressions", 78, "/a.b/s.test('a\\nb')", flag("s")],
  ["the flag `u` of regular expressions", 46, "/^.$/u.test('\\u{1f600}')", flag("u")],
  ["the flag `y` of regular expressions", 31, "/a/y.test('a')", flag("y")],
  ["the flag `d` of regular expressions", 88, "/a/d.exec('a').indices.length === 1", flag("d")],
  ["named groups in regular expressions", 78, "/(?<a>b)/.exec('b').groups.a === 'b'", pattern(/\(\?<(?![=!])/)],
  ["lookbehind in regular expressions", 78, "/(?<=a)b/.test('ab')", pattern(/\(\?<[=!]/)],
];

export const syntaxFeatures: readonly Feature[] = rows.map(([name, spidermonkey, sample, is, parser]) => ({
  name,
  spidermonkey,
  sample,
  is,
  ...(parser === false && { parser }),
}));

function ofType(...types: readonly AnyNode["type"][]): Feature["is"] {
  return ({ type }) => types.includes(type);
}

function isDeclaration(kind: string): Feature["is"] {
  return (node) => node.type === "VariableDeclaration" && node.kind === kind;
}

function has(nodes: readonly (AnyNode | null)[], type: AnyNode["type"]): boolean {
  return nodes.some((node) => node?.type === type);
}

function regex(node: AnyNode): { readonly pattern: string; readonly flags: string } | undefined {
  return node.type === "Literal" && "regex" in node ? (node.regex ?? undefined) : undefined;
}

function flag(letter: string): Feature["is"] {
  return (node) => regex(node)?.flags.includes(letter) === true;
}

function pattern(part: RegExp): Feature["is"] {
  return (node) => part.test(regex(node)?.pattern ?? "");
}
