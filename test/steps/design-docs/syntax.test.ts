import { describe, expect, it } from "vitest";
import { parseFunction, parseModule } from "../../../src/steps/design-docs/syntax.js";
import { forms } from "./function-forms.js";

describe("the text of a function", () => {
  it.each(forms.filter(({ fault }) => fault === undefined))("is taken: $source", ({ source }) => {
    expect(parseFunction(source)).not.toHaveProperty("fault");
  });

  it.each(forms.filter(({ fault }) => fault !== undefined))("is refused ($fault): $source", ({ source, fault }) => {
    expect(parseFunction(source)).toMatchObject({ fault: { message: expect.stringContaining(fault ?? "") } });
  });

  it.each([
    ["function (doc) { emit(1; }", "; }"],
    ["// c\nfunction (doc) { emit(1; }", "; }"],
    ["function () {}\nfunction () {} function (doc) { emit(1; }", "; }"],
    ["var a;\nfunction map(doc) {} a = 1; 2", "2"],
    ["function () {} ; async () => {}", "async () => {}"],
    ["function (doc) {", ""],
    ["function () { function () {} }", "() {} }"],
  ])("%j is faulty from %j on", (source, rest) => {
    const parsed = parseFunction(source);
    expect("fault" in parsed && source.slice(parsed.fault.offset)).toBe(rest);
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
  ])("is taken: %s", (source) => {
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
