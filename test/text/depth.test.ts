import { expect, it } from "vitest";
import { isTooDeep, maxNesting } from "../../src/text/depth.js";

const nested = (levels: number): unknown => JSON.parse(`${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`);

it.each<[title: string, value: () => unknown]>([
  ["a text", () => "a"],
  ["null", () => null],
  ["as many levels as are allowed", () => nested(maxNesting)],
])("%s is not too deep", (_, value) => {
  expect(isTooDeep(value())).toBe(false);
});

it.each<[title: string, value: () => unknown]>([
  ["two levels more than are allowed", () => nested(maxNesting + 2)],
  ["a million levels", () => nested(1_000_000)],
  ["a deep value among shallow ones", () => [1, [2], { b: nested(maxNesting + 2) }, null]],
])("%s is too deep", (_, value) => {
  expect(isTooDeep(value())).toBe(true);
});
