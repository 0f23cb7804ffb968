/** Texts of functions: what we make of each, and what CouchDB 3.5 does. */

export interface Form {
  readonly source: string;
  /** Part of what we say; undefined: we take it. */
  readonly fault?: string;
  /** Where CouchDB takes what we refuse. */
  readonly couchTakesIt?: true;
}

const takes = (...sources: string[]): Form[] => sources.map((source) => ({ source }));
const refuses = (fault: string, ...sources: string[]): Form[] => sources.map((source) => ({ source, fault }));
const stricter = (fault: string, ...sources: string[]): Form[] =>
  sources.map((source) => ({ source, fault, couchTakesIt: true }));

export const forms: readonly Form[] = [
  ...takes(
    "function(doc){emit(1)}",
    "function (doc) {\n  emit(1);\n};",
    "(function (doc) { emit(1); })",
    "(function map(doc) { emit(1); });",
    "function /* c */ (doc) { emit(1); }",
    "doc => emit(1)",
    "(doc) => { emit(1); };",
    "// before\nfunction (doc) { emit(1); }\n// after",
    "/* before */ (doc) => emit(1) /* after */",
    "#!/usr/bin/env node\n(doc) => emit(1)",
    "'use strict';\nfunction (doc) { emit(1); }",
    "const key = () => 1;\nfunction (doc) { emit(key()); }",
    "function (doc) { emit(key()); }\nfunction key() { return 1; }",
    "(doc) => emit(1)\nclass A {}",
    "function a() {}\nfunction (doc) { emit(1); }",
    "var f = function (doc) { emit(1); }; f",
    "f\nfunction f(doc) { emit(1); }",
    "f = function (doc) { emit(1); }",
    "var exports = {}; exports.x = function (doc) { emit(1); }",
    "(function () { return function (doc) { emit(1); }; })()",
    "true ? function (doc) { emit(1); } : 0",
    "function (doc) { emit(doc?.x ?? 1_000n); }",
    "function (doc) { const { a, ...b } = doc; emit(`${a}`); }",
    "function (doc) { class A { static #p = 1; static { A.x = 1; } get p() { return A.#p; } } }",
    "function (doc) { emit(/(?<n>a)\\k<n>/dgimsuy.test('a') || /(?<=a)b/.test('b')); }",
    "function (doc) { with (doc) { emit(010); } }",
    "function (doc, doc) { var await = 1, async = 2; a ||= await; }",
  ),
  ...refuses("is only declared", "function map(doc) { emit(1); }", "// c\nfunction map(doc) { emit(1); };"),
  ...refuses("same line", "function\n(doc) { emit(1); }"),
  ...refuses("CommonJS", "exports.map = function (doc) {}", "module.exports = (doc) => emit(1)"),
  ...refuses("'import' and 'export'", "export default function (doc) {}", "export function map(doc) {}"),
  ...refuses("async", "async function (doc) { emit(1); }", "async (doc) => emit(1)", "(async function (doc) {})"),
  ...refuses("generator", "function* (doc) { emit(1); }"),
  ...refuses("is not defined", "doc"),
  ...refuses(
    "not a function",
    "1",
    "'use strict'",
    "{ emit(1) }",
    "[function (doc) {}]",
    "({ map: 1 })",
    "!function (doc) {}",
    "var f = function (doc) {}",
    "class A {}",
    "throw 1",
    "// nothing",
    "(doc) => emit(1)\nif (0) {}",
    "// c\n",
  ),
  ...refuses("", "function (doc) {} + 1", "function (doc) {}()"),
  ...refuses("Unexpected token", "function (doc) {", "function (doc) emit(1)"),
  ...refuses("cannot be mixed", "function (doc) { emit(a ?? b || c); }"),
  ...refuses("'return' outside", "return function (doc) {}"),
  ...refuses("regular expression", "function (doc) { return /(/; }", "function (doc) { return /a/v; }"),
  ...refuses("", "function (doc) { for each (var x in doc) emit(1); }", "function (doc) { const a; }"),
  ...refuses("", "function (doc) { let a; let a; }", "function (doc) { break; }", "function (doc) { await x; }"),
  ...refuses(
    "",
    "function (doc) { 1 = 2; }",
    "function (doc) { 'use strict'; with (doc) {} }",
    "function (doc) {} /x/",
  ),
  ...refuses("", "function (doc) { emit('\n'); }", "function (doc) {} }, function () {", "function (doc) { a.#x; }"),
  ...stricter("generator", "(function* (doc) {})"),
  ...stricter("not a function", "(class {})", "if (1) { (function (doc) {}) }", "{ (function (doc) {}) }"),
  ...stricter("is not defined", "emit"),
  ...stricter("needs a name", "function (doc) { function () {} }"),
];
