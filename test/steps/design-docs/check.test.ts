import { describe, expect, it } from "vitest";
import { designDocFaults } from "../../../src/objects/design-docs/check.js";
import { moduleKeys } from "../../../src/objects/design-docs/requires.js";
import { forms } from "./function-forms.js";
import { type Doc, shapes } from "./shapes.js";

const faults = (doc: Doc) => designDocFaults("a", doc).map(({ keys, code }) => `${keys.join("/")} ${code}`);

describe("the shape of", () => {
  it.each(shapes.map(([doc, faults]) => [doc, faults] as const))("%j: %j", (doc, expected) => {
    expect(faults(doc)).toEqual(expected);
  });

  it.each(["_attachments", "_revs"])("a document with %s", (key) => {
    expect(faults({ [key]: {} })).toHaveLength(1);
  });

  it("a document of more than 8 MB", () => {
    expect(faults({ text: "x".repeat(7_999_000) })).toEqual([]);
    expect(faults({ text: "ö".repeat(4_000_000) })).toEqual([" design-doc-too-large"]);
  });
});

describe("the text of a function", () => {
  const lib = { a: "exports.a = 1;" };
  const found = (source: string) => designDocFaults("a", { views: { v: { map: source }, lib } });

  it.each(forms.filter(({ fault }) => fault === undefined))("is accepted: $source", ({ source }) => {
    expect(found(source)).toEqual([]);
  });

  it.each(forms.filter(({ fault }) => fault !== undefined))("is refused ($fault): $source", ({ source, fault }) => {
    expect(found(source)).toMatchObject([{ message: expect.stringContaining(fault ?? "") }]);
  });
});

describe("the required modules", () => {
  const lib = { a: "exports.b = require('./deep/b');", deep: { b: "require('../c'); require('views/lib/c');" }, c: "" };
  const maps = (text: string, more: Doc = {}) => ({ views: { v: { map: `function () { ${text} }` }, lib }, ...more });

  it.each<[Doc, string[]]>([
    [maps("require('views/lib/a')"), []],
    [maps("require('views/lib/x')"), ["views/v/map missing-module"]],
    [maps("require('lib/a')", { lib: { a: "" } }), ["views/v/map missing-module"]],
    [maps("require('./lib/a')"), ["views/v/map missing-module"]],
    [maps("require(name); require(); other('x')"), []],
    [maps("try { require('x') } catch (e) {}"), []],
    [{ filters: { f: "() => require('lib/a')" }, lib: { a: "exports.a = 1" } }, []],
    [{ filters: { f: "() => require('lib/a')" }, lib: { a: "exports.a = ;" } }, ["lib/a function-syntax"]],
    [{ filters: { f: "() => require('lib/a')" }, lib: { a: "require('./b')", b: "(" } }, ["lib/b function-syntax"]],
    [{ filters: { f: "() => require('lib/a')" }, lib: { a: "require('fs')" } }, []],
    [{ filters: { f: "() => require('lib')" }, lib: { a: "" } }, ["filters/f missing-module"]],
    [{ lib: { text: "not required (" } }, []],
    [{ filters: { f: "() => require('filters/lib/a')", lib: { a: "exports.a = 1" } } }, []],
    [{ filters: { f: "() => require('filters/lib/a')", lib: { a: "(" } } }, ["filters/lib/a function-syntax"]],
    [{ filters: { f: "() => require('filters/a')", a: "exports.a = 1" } }, []],
    [{ filters: { f: "() => require('filters/a')", a: "(" } }, ["filters/a function-syntax"]],
    [{ filters: { f: "() => require('lib/a')", b: "exports.b = 1" }, lib: { a: "require('../filters/b')" } }, []],
    [{ filters: { f: "() => 1", a: "exports.a = 1" } }, ["filters/a function-syntax"]],
    [{ shows: { f: "() => require('utils')" }, utils: "exports.a = 1" }, []],
    [
      { validate_doc_update: "exports.a = 1", filters: { f: "() => require('validate_doc_update')" } },
      ["validate_doc_update function-syntax"],
    ],
    [
      { views: { v: { map: "exports.a = 1" } }, filters: { f: "() => require('views/v/map')" } },
      ["views/v/map function-syntax"],
    ],
    [maps("function require(f) { return f; } require('x')"), []],
    [maps("var require = function () {}; require('x')"), []],
    [maps("if (0) { var require; } require('x')"), []],
    [maps("let require; { require('x'); }"), []],
    [maps("let require = (x) => x; (() => require('x'))()"), []],
    [maps("(function (require) { require('x'); })(1)"), []],
    [maps("(({ require }) => require('x'))({})"), []],
    [maps("((require, a = require('x')) => a)(1)"), []],
    [maps("try { a(); } catch (require) { require('x'); }"), []],
    [maps("(function require() { require('x'); })()"), []],
    [maps("class require {} require('x')"), []],
    [maps("{ let require; } require('x')"), ["views/v/map missing-module"]],
    [maps("(function (require) {})(require('x'))"), ["views/v/map missing-module"]],
    [maps("(function () { var require; })(); require('x')"), ["views/v/map missing-module"]],
    [maps("function inner() { function require() {} } require('x')"), ["views/v/map missing-module"]],
    [maps("var own = require; own('x')"), []],
    [maps("eval('1'); with (doc) { require('x'); }"), ["views/v/map missing-module"]],
    [{ filters: { f: "function require(a) {}\nfunction () { require('x'); }" } }, []],
    [{ filters: { f: "var require = 1; (function () { require('x'); })" } }, []],
    [{ filters: { f: "() => require('lib/a')" }, lib: { a: "var require = 1; require('./b')", b: "(" } }, []],
    [
      {
        filters: { f: "var a = require('lib/a'); function () { a(); }" },
        lib: { a: "exports.b = require('./b')", b: "(" },
      },
      ["lib/b function-syntax"],
    ],
    [
      { filters: { f: "() => require('lib/a')", g: "() => require('lib/a')" }, lib: { a: "require('./a'); (" } },
      ["lib/a function-syntax"],
    ],
  ])("%#: %j", (doc, expected) => {
    expect(faults(doc)).toEqual(expected);
  });

  it.each<[string, string[] | undefined, string[] | undefined]>([
    ["lib/a", undefined, ["lib", "a"]],
    ["./a", undefined, undefined],
    ["../a", undefined, undefined],
    ["lib/a", ["views", "lib", "b"], ["lib", "a"]],
    ["./a", ["views", "lib", "b"], ["views", "lib", "a"]],
    ["../a", ["views", "lib", "b"], ["views", "a"]],
    ["./x/../a", ["lib", "b"], ["lib", "a"]],
    ["../../x/./y", ["a", "b", "c", "d"], ["a", "x", "y"]],
  ])("`%s` in %j is %j", (module, from, keys) => {
    expect(moduleKeys(module, from)).toEqual(keys);
  });
});
