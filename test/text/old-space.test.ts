/** Which part of V8's heap the files may use. */
import { expect, test } from "vitest";
import { oldSpaceLimit } from "../../src/text/memory.js";

const mib = 2 ** 20;

test.each([
  ["no option", [], 88],
  ["the option", ["--max-old-space-size=40"], 40],
  ["underscores", ["--max_old_space_size=40"], 40],
  ["among others", ["--max-old-space-size=40 --max-semi-space-size=1"], 40],
  ["in quotes", ['"--max-old-space-size=40"'], 40],
  ["the last one counts", ["--max-old-space-size=16 --max-old-space-size=32", "--max-old-space-size=40"], 40],
  ["never above the whole heap", ["--max-old-space-size=4000"], 88],
  ["0: V8's default", ["--max-old-space-size=0"], 88],
  ["another option with a similar name", ["--x--max-old-space-size=40"], 88],
])("%s", (_, options, limit) => {
  expect(oldSpaceLimit(88 * mib, options)).toBe(limit * mib);
});
