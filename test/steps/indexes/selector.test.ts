import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameSelector, storedSelector } from "../../../src/objects/indexes/selector.js";
import { type Selector, selector } from "./selectors.js";

describe("the stored form", () => {
  it.each<[Selector, Selector]>([
    [{}, {}],
    [{ a: 1 }, { a: { $eq: 1 } }],
    [{ a: { b: { c: 1 } } }, { "a.b.c": { $eq: 1 } }],
    [{ a: {} }, { a: { $eq: {} } }],
    [{ a: [1] }, { a: { $eq: [1] } }],
    [{ a: { $eq: { b: 1 } } }, { a: { $eq: { b: 1 } } }],
    [{ a: 1, b: 2 }, { $and: [{ a: { $eq: 1 } }, { b: { $eq: 2 } }] }],
    [{ a: { $gt: 1, $lt: 5 } }, { $and: [{ a: { $gt: 1 } }, { a: { $lt: 5 } }] }],
    [{ a: { $or: [1, { $gt: 5 }] } }, { $or: [{ a: { $eq: 1 } }, { a: { $gt: 5 } }] }],
    [{ $not: { a: { $gt: 1 } } }, { a: { $lte: 1 } }],
    [{ a: { $not: { $exists: true } } }, { a: { $exists: false } }],
    [{ a: { $not: { $regex: "x" } } }, { a: { $not: { $regex: "x" } } }],
    [{ $nor: [{ a: 1 }, { b: { $in: [1] } }] }, { $and: [{ a: { $ne: 1 } }, { b: { $nin: [1] } }] }],
    [{ $not: { a: 1, b: 2 } }, { $or: [{ a: { $ne: 1 } }, { b: { $ne: 2 } }] }],
    [{ $not: { $not: { a: 1 } } }, { a: { $eq: 1 } }],
    [
      { a: { $elemMatch: { $gte: 80, $lt: 85 } } },
      { a: { $elemMatch: { $and: [{ "": { $gte: 80 } }, { "": { $lt: 85 } }] } } },
    ],
    [{ a: { $elemMatch: { b: { c: 1 } } } }, { a: { $elemMatch: { "b.c": { $eq: 1 } } } }],
  ])("of %j is %j", (written, stored) => {
    expect(storedSelector(written)).toEqual(stored);
  });

  it("of a stored form is the same", () =>
    fc.assert(
      fc.property(selector, (selector) => {
        const stored = storedSelector(selector);
        expect(storedSelector(stored)).toEqual(stored);
      }),
    ));
});

describe("whether selectors are equal", () => {
  it.each<[Selector, Selector, boolean]>([
    [{ a: 1, b: 2 }, { b: { $eq: 2 }, a: 1 }, true],
    [{ a: 1, $and: [{ b: 2 }] }, { a: 1, b: 2 }, true],
    [{ $and: [{ a: 1 }] }, { a: 1 }, true],
    [{ $and: [{ a: 1 }, { a: 1 }] }, { a: 1 }, true],
    [{ $or: [{ a: 1 }, { $or: [{ b: 2 }, { c: 3 }] }] }, { $or: [{ c: 3 }, { b: 2 }, { a: 1 }] }, true],
    [{ a: { $in: [1, 2] } }, { a: { $in: [2, 1] } }, true],
    [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: { $elemMatch: { c: 2, b: 1 } } }, true],
    [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, true],
    [{ a: 1 }, { a: "1" }, false],
    [{ a: 1 }, { a: { $ne: 1 } }, false],
    [{ a: 1, b: 2 }, { $or: [{ a: 1 }, { b: 2 }] }, false],
    [{ a: { $mod: [2, 1] } }, { a: { $mod: [1, 2] } }, false],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: { $eq: { x: 1 } } }, { a: { x: 1 } }, false],
    [{ $or: [{ a: 1 }, { $or: [] }] }, { a: 1 }, false],
    [{ a: { $all: [[1]] } }, { a: { $all: [[1], [1]] } }, false],
  ])("%j, %j: %s", (a, b, same) => {
    expect(sameSelector(a, b)).toBe(same);
  });

  it("a selector equals its stored form", () =>
    fc.assert(fc.property(selector, (selector) => sameSelector(selector, storedSelector(selector)))));

  it("a selector equals one with its fields and parts in another order", () =>
    fc.assert(fc.property(selector, (selector) => sameSelector(selector, turned(selector) as Selector))));

  it("a selector never equals its opposite", () =>
    fc.assert(
      fc.property(selector, (selector) => {
        // An empty `$and` or `$or` is true, and so is its opposite.
        fc.pre(!JSON.stringify(storedSelector(selector)).includes("[]"));
        expect(sameSelector(selector, { $not: selector })).toBe(false);
      }),
    ));
});

/** With everything unordered reversed. */
function turned(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([name, argument]) => {
    const parts = ["$and", "$or", "$nor"].includes(name) && Array.isArray(argument);
    return [name, parts ? argument.map(turned).reverse() : turned(argument)] as const;
  });
  return Object.fromEntries(members.reverse());
}
