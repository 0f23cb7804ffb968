/** Function texts: the verdict of `validate`, and of CouchDB's engines, QuickJS (3.5) and SpiderMonkey (3.3). */

export interface Form {
  readonly source: string;
  /** Part of `validate`'s message; undefined: it accepts the text. */
  readonly fault?: string;
  readonly quickjs: boolean;
  readonly spidermonkey: boolean;
}

const all = (verdict: Omit<Form, "source">, sources: readonly string[]): Form[] =>
  sources.map((source) => ({ source, ...verdict }));

const taken = (...sources: string[]) => all({ quickjs: true, spidermonkey: true }, sources);
const takenByQuickJs = (...sources: string[]) => all({ quickjs: true, spidermonkey: false }, sources);
const refused = (fault: string, ...sources: string[]) => all({ fault, quickjs: false, spidermonkey: false }, sources);
/** CouchDB 3.3 accepts these, 3.5 does not. */
const outdated = (fault: string, ...sources: string[]) => all({ fault, quickjs: false, spidermonkey: true }, sources);
/** CouchDB accepts these, but nobody means them. */
const stricter = (fault: string, ...sources: string[]) => all({ fault, quickjs: true, spidermonkey: true }, sources);
const stricterThanQuickJs = (fault: string, ...sources: string[]) =>
  all({ fault, quickjs: true, spidermonkey: false }, sources);

export const forms: readonly Form[] = [
  ...taken(
    "function(doc){emit(1)}",
    "function (doc) {\n  emit(1);\n};",
    "  \nfunction (doc) { emit(1) }\n ",
    "(function (doc) { emit(1); })",
    "(function map(doc) { emit(1); });",
    "function /* c */ (doc) { emit(1); }",
    "doc => emit(1)",
    "(doc) => { emit(1); };",
    "// before\nfunction (doc) { emit(1); }\n// after",
    "/* before */ (doc) => emit(1) /* after */",
    "'use strict';\nfunction (doc) { emit(1); }",
    '"use strict"\nfunction (doc) { emit(1); }',
    "const key = () => 1;\nfunction (doc) { emit(key()); }",
    "var a = 1;\nfunction (doc) { emit(a); }",
    "var a = 1\nfunction (doc) { emit(a); }",
    "a = 1\nfunction (doc) { emit(a); }",
    "class A { static key() { return 1; } }\nfunction (doc) { emit(A.key()); }",
    "function h(d) { return 1; }\nfunction (doc) { emit(h(doc)); }",
    "function a() {} function (doc) { emit(1); }",
    "function (doc) { emit(1); }\nvar a = 1;",
    "(doc) => emit(1)\nclass A {}",
    "function map(doc) { emit(1); }; map",
    "var f = function (doc) { emit(1); }; f",
    "f\nfunction f(doc) { emit(1); }",
    "f = function (doc) { emit(1); }",
    "var exports = {}; exports.x = function (doc) { emit(1); }",
    "(function () { return function (doc) { emit(1); }; })()",
    "true ? function (doc) { emit(1); } : 0",
    "function (doc) { async function a() { await 1; } emit(/(?<n>a)\\k<n>/.test('a')); }",
    "function (doc) { with (doc) { emit(010); } }",
    "function (doc, doc) { var await = 1, async = 2; }",
    "function (doc) { require('views/lib/a'); }",
    "emit",
    "sum",
    "Object",
    "(function (doc) { emit(1); }).bind(this)",
    "try { require('views/lib/a'); } catch (e) {}\nfunction (doc) { emit(1); }",
  ),
  ...takenByQuickJs(
    "#!/usr/bin/env node\n(doc) => emit(1)",
    "function (doc) { emit(key()); }\nfunction key() { return 1; }",
    "function (doc) {}\nfunction (doc) { emit(1); }",
    "new Function('doc', 'emit(1)')",
    "function (doc) { emit(1); }.bind(this)",
    "// c\nfunction (doc) { emit(1); }\n.bind(this);",
    "var a = 1\nfunction (doc) { emit(a); }.bind(this).bind(1)",
    "function (doc) { emit(doc?.x ?? 1_000n); }",
    "function (doc) { const { a, ...b } = doc; emit(`${a}`); }",
    "function (doc) { try { emit(1); } catch {} }",
    "function (doc) { class A { static #p = 1; static { A.x = 1; } get p() { return A.#p; } } }",
    "function (doc) { let a; a ||= 1; }",
    "function (doc) { emit('\u2028'); }",
  ),
  ...refused("is a declaration", "function map(doc) { emit(1); }", "// c\nfunction map(doc) { emit(1); };"),
  ...refused("CommonJS", "exports.map = function (doc) {}", "module.exports = (doc) => emit(1)"),
  ...refused("'import' and 'export'", "export default function (doc) {}", "export function map(doc) {}"),
  ...refused("async", "async function (doc) { emit(1); }"),
  ...refused("is not defined", "doc", "console"),
  ...refused(
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
    "// c\n",
    "function (doc) {}; 1",
    "/^a/",
  ),
  ...refused("Unexpected token", "function map(doc) { emit(1); }.bind(this)"),
  ...refused("needs a name", "if (1) function (doc) {}", "{ function (doc) {} }"),
  ...refused("", "function (doc) {} + 1", "function (doc) {}()"),
  ...refused("Unexpected token", "function (doc) {", "function (doc) emit(1)"),
  ...refused("cannot be mixed", "function (doc) { emit(a ?? b || c); }"),
  ...refused("'return' outside", "return function (doc) {}"),
  ...refused("regular expression", "function (doc) { return /(/; }", "function (doc) { return /[\\p{L}--[a-z]]/v; }"),
  ...refused("", "function (doc) { for each (var x in doc) emit(1); }", "function (doc) { const a; }"),
  ...refused("", "function (doc) { let a; let a; }", "function (doc) { break; }", "function (doc) { await x; }"),
  ...refused(
    "",
    "function (doc) { 1 = 2; }",
    "function (doc) { 'use strict'; with (doc) {} }",
    "function (doc) {} /x/",
    "'use strict'; function (doc) { emit(010); }",
  ),
  ...refused("", "function (doc) { emit('\n'); }", "function (doc) {} }, function () {", "function (doc) { a.#x; }"),
  ...refused("no module", "var a = require('views/lib/b'); function (doc) { emit(a); }"),
  ...refused("inside the function", "var a = require('views/lib/a'); function (doc) { emit(a); }"),
  ...outdated("same line", "function\n(doc) { emit(1); }", "function /* c\n */ (doc) { emit(1); }"),
  ...outdated("not a function", "(doc) => emit(1)\nif (0) {}"),
  ...outdated("async", "async (doc) => emit(1)", "(async function (doc) {})"),
  ...outdated("generator", "function* (doc) { emit(1); }"),
  ...outdated("regular expression", "function (doc) { return /a/v; }"),
  ...stricter("generator", "(function* (doc) {})"),
  ...stricter("not a function", "(class {})", "if (1) { (function (doc) {}) }", "{ (function (doc) {}) }"),
  ...stricterThanQuickJs("needs a name", "function (doc) { function () {} }"),
];
