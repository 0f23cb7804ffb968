/** Integers with more digits than a JavaScript number keeps. */
import { expect, it } from "vitest";
import { hasLargeIntegers, parseExact } from "../../../src/objects/documents/exact-numbers.js";
import { bodyOfSource } from "../../../src/objects/documents/source-document.js";

const large = "9007199254740993";

it.each([
  [`{"n":${large}}`, true],
  [`{"n":-${large}0}`, true],
  ['{"n":9007199254740992}', false],
  [`{"n":"${large}"}`, false],
  [`{"n":${large}.5}`, false],
  [`{"n":[${large},1e400]}`, false],
])("%s: %s", (text, expected) => {
  expect(hasLargeIntegers(text)).toBe(expected);
});

it("are compared by their digits", () => {
  expect(parseExact(`{"a":${large},"b":[1,-${large}],"c":"${large}"}`)).toEqual({
    a: `${large} (number)`,
    b: [1, `-${large} (number)`],
    c: large,
  });
});

it.each([
  ["as they are", `{ "_id":"a", "n":${large} }`, `{ "_id":"a", "n":${large} }`],
  ["without a revision", `{"_id":"a","_rev":"1-a","n":${large}}`, `{"_id":"a","n":${large}}`],
  ["without a revision at the end", `{"_id":"a","n":[${large}],"_rev":"1-a"}`, `{"_id":"a","n":[${large}]}`],
  [
    "next to text that resembles a mark",
    `{"n":${large},"s":"1#","_id":"a","_rev":"1-a"}`,
    `{"n":${large},"s":"1#","_id":"a"}`,
  ],
  ["next to escaped text", `{"n":${large},"s":"1\\u0023","_id":"a","_rev":"1"}`, `{"n":${large},"s":"1#","_id":"a"}`],
])("are sent %s", (_, text, sent) => {
  expect(bodyOfSource(text)).toEqual({ id: "a", text: sent });
});
