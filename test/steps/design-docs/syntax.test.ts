import vm from "node:vm";
import { describe, expect, it } from "vitest";
import { parseFunction, parseModule } from "../../../src/design-doc-rules/function-text.js";

function faultIn(source: string) {
  const parsed = parseFunction(source);
  return "fault" in parsed ? parsed.fault : parsed.noFunction;
}

describe("the text of a function", () => {
  it.each([
    ["function (doc) { emit(1; }", "; }"],
    ["// c\nfunction (doc) { emit(1; }", "; }"],
    ["function () {}\nfunction () {} function (doc) { emit(1; }", "; }"],
    ["var a;\nfunction map(doc) {} a = 1; 2", "2"],
    ["function () {} ; async () => {}", "async () => {}"],
    ["a;\nasync function () {}", "async function () {}"],
    ["a;\nfunction *() {}", "function *() {}"],
    ["function (doc) {", ""],
    ["function () { function () {} }", "() {} }"],
  ])("%j is faulty from %j on", (source, rest) => {
    expect(source.slice(faultIn(source)?.offset)).toBe(rest);
  });

  it.each([
    ["function () { return 1; }\n", 1],
    ["var a = 1\nfunction () { return a; }", 1],
    ["function () { return 1; }\nfunction () { return 2; }", 2],
    ["function () { return h(); }\nfunction h() { return 3; }", 3],
    ["'use strict'\nfunction () { return this === undefined ? 1 : 2; }", 1],
  ])("%j runs", (source, result) => {
    const parsed = parseFunction(source);
    expect("script" in parsed && vm.runInNewContext(parsed.script)()).toBe(result);
  });
});

describe("the text of a module", () => {
  it.each([
    "exports.a = 1;",
    "module.exports = function () { return require('./b'); }",
    "'use strict'; return;",
    "new.target",
    "// c",
    "",
  ])("is accepted: %s", (source) => {
    expect(parseModule(source)).not.toHaveProperty("fault");
  });

  it.each([
    ["exports.a = ;", ";"],
    ["exports.a = {", ""],
    ["}); (function () {", ""],
    ["export const a = 1;", "export const a = 1;"],
    ["#!/usr/bin/env node\n", "!/usr/bin/env node\n"],
    ["a\n  b c", "c"],
  ])("%j is refused from %j on", (source, rest) => {
    const parsed = parseModule(source);
    expect("fault" in parsed && source.slice(parsed.fault.offset)).toBe(rest);
  });
});
