import { expect, test } from "vitest";
import { wrapped } from "../../src/text/wrapped.js";

test.each<[string, number, number, string[]]>([
  ["", 5, 5, [""]],
  ["short", 5, 5, ["short"]],
  ["two words", 5, 5, ["two", "words"]],
  ["exact fit", 5, 3, ["exact", "fit"]],
  ["a long-word-here b", 6, 6, ["a", "long-w", "ord-he", "re b"]],
  ["  indented text", 10, 10, ["  indented", "text"]],
  ["  longest-word", 6, 6, ["  long", "est-wo", "rd"]],
  ["äöü äöü", 4, 4, ["äöü", "äöü"]],
])("%j in %i and %i columns", (text, first, others, lines) => {
  expect(wrapped(text, first, others)).toEqual(lines);
});
