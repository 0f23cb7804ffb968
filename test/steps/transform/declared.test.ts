import { describe, expect, it } from "vitest";
import { changeAsDeclared, type Declared, pointerProblems } from "../../../src/transform/declared.js";

const document = () => ({ a: 1, list: ["x", "y"], deep: { b: 2 }, "m/n": { "~": 3 } });

const changed: [Declared, object][] = [
  [{ set: { "/c": null } }, { ...document(), c: null }],
  [{ set: { "/deep/c/d": 1 } }, { ...document(), deep: { b: 2, c: { d: 1 } } }],
  [{ set: { "/list/0": "z" } }, { ...document(), list: ["z", "y"] }],
  [{ set: { "/list/-": "z" } }, { ...document(), list: ["x", "y", "z"] }],
  [{ set: { "/list/2": "z" } }, { ...document(), list: ["x", "y", "z"] }],
  [{ set: { "/m~1n/~0": 4 } }, { ...document(), "m/n": { "~": 4 } }],
  [{ unset: ["/deep/b", "/nothing/at/all"] }, { ...document(), deep: {} }],
  [{ unset: ["/list/0"] }, { ...document(), list: ["y"] }],
  [{ rename: { "/a": "/deep/a" } }, { list: ["x", "y"], deep: { b: 2, a: 1 }, "m/n": { "~": 3 } }],
  [{ rename: { "/none": "/a" } }, document()],
  [
    { rename: { "/a": "/z" }, unset: ["/z"], set: { "/z": 9 } },
    { list: ["x", "y"], deep: { b: 2 }, "m/n": { "~": 3 }, z: 9 },
  ],
];
it.each(changed)("%j", (declared, expected) => expect(changeAsDeclared(document(), declared)).toEqual(expected));

const unfit: [Declared, RegExp][] = [
  [{ rename: { "/a": "/deep" } }, /already a value at \/deep/],
  [{ set: { "/a/b": 1 } }, /not an object or a list/],
  [{ set: { "/a/b/c": 1 } }, /not an object or a list/],
  [{ set: { "/list/3": 1 } }, /not a place in a list of 2/],
  [{ set: { "/list/x": 1 } }, /not a place in a list/],
];
it.each(unfit)("%j is not possible", (declared, message) =>
  expect(() => changeAsDeclared(document(), declared)).toThrow(message),
);

it("treats `__proto__` like any other field", () => {
  const made = changeAsDeclared({}, { set: { "/__proto__/polluted": 1 } });
  expect(JSON.stringify(made)).toBe('{"__proto__":{"polluted":1}}');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

describe("pointers", () => {
  it.each([
    [{ set: { a: 1 } }, "/set/a"],
    [{ set: { "": 1 } }, "/set/"],
    [{ unset: ["/ok", "/~2"] }, "/unset/1"],
    [{ rename: { "/a": "/_id" } }, "/rename/~1a"],
    [{ unset: ["/_attachments/x"] }, "/unset/0"],
  ] as [Declared, string][])("%j is wrong", (declared, path) =>
    expect(pointerProblems(declared)).toEqual([expect.objectContaining({ path, code: "bad-pointer" })]),
  );
  it("may be valid", () => expect(pointerProblems({ set: { "/a_b/_c": 1 }, unset: ["/x"] })).toEqual([]));
});
