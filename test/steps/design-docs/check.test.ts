import { describe, expect, it } from "vitest";
import { designDocFaults } from "../../../src/steps/design-docs/check.js";
import { moduleKeys } from "../../../src/steps/design-docs/requires.js";
import { type Doc, shapes } from "./shapes.js";

const faults = (doc: Doc) => designDocFaults("a", doc, new Set()).map(({ keys, code }) => `${keys.join("/")} ${code}`);

describe("the shape of", () => {
  it.each(shapes)("%j: %j", (doc, expected) => {
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

describe("what is required", () => {
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
    [{ lib: { text: "neither required nor a script (" } }, []],
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
