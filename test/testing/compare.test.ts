import { describe, expect, it, test } from "vitest";
import { difference, equals, has } from "../../src/testing/compare.js";
import { nameFilter } from "../../src/testing/name-filter.js";

describe("what is the same", () => {
  it.each([
    [1, 1, true],
    [1, "1", false],
    [null, null, true],
    [null, undefined, false],
    [{}, [], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [{ a: 1 }, { a: 1, _rev: "1-x" }, true],
    [[{ a: { b: 1 } }], [{ a: { b: 1, _rev: "1-x" } }], true],
    [{ a: 1, _rev: "1-x" }, { a: 1, _rev: "1-y" }, false],
    [{ a: 1, _rev: "1-x" }, { a: 1 }, false],
    [{ a: 1 }, { _rev: 1 }, false],
    [{ toString: 1 }, {}, false],
  ])("%j and %j: %j", (expected, actual, same) => {
    expect(equals(expected, actual)).toBe(same);
  });

  it.each([
    [{ key: 1 }, { id: "a", key: 1, value: null }, true],
    [{ key: 1, value: 0 }, { id: "a", key: 1, value: null }, false],
    [{ value: null }, { key: 1 }, false],
    [{}, { key: 1 }, true],
  ])("a row has %j: %j, %j", (expected, actual, same) => {
    expect(has(expected, actual)).toBe(same);
  });
});

const lines = (expected: unknown[], actual: unknown[]) =>
  difference(expected, actual, equals)?.map(
    ({ in: side, text }) => `${{ expected: "-", actual: "+", both: " " }[side]}${text}`,
  );

describe("a difference", () => {
  it("is none if all are the same", () => {
    expect(lines([1, { a: 1 }], [1, { a: 1 }])).toBeUndefined();
  });

  it("shows what is missing, and what is there as well", () => {
    expect(lines(["a", "b", "c"], ["a", "c", "d"])).toEqual([' "a"', '-"b"', ' "c"', '+"d"']);
  });

  it("shows another order", () => {
    expect(lines(["a", "b"], ["b", "a"])).toEqual(['-"a"', ' "b"', '+"a"']);
  });

  it("puts the two forms of a short value one after the other, with their fields in the same order", () => {
    expect(lines([{ b: 1, a: 2 }], [{ a: 2, b: 3 }])).toEqual(['-{"a":2,"b":1}', '+{"a":2,"b":3}']);
  });

  it("compares long documents field by field", () => {
    const long = "x".repeat(80);
    expect(lines([{ long, n: 1 }], [{ long, n: 2 }])).toEqual([
      " {",
      `   "long": "${long}",`,
      '-  "n": 1',
      '+  "n": 2',
      " }",
    ]);
  });
});

test.each([
  ["eld", "The ELDEST one", true],
  ["young", "The ELDEST one", false],
  ["/^the/i", "The ELDEST one", true],
  ["/^the/", "The ELDEST one", false],
  ["/one$/g", "The ELDEST one", true],
  ["a/b", "is a/b", true],
])("the filter %s and the name %s: %j", (filter, name, runs) => {
  // Twice: an expression must not remember where it was.
  expect([nameFilter(filter)?.(name), nameFilter(filter)?.(name)]).toEqual([runs, runs]);
});

test.each(["/(/", "/a/q"])("the filter %s is not valid", (filter) => {
  expect(nameFilter(filter)).toBeUndefined();
});
