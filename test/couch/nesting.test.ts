import { expect, it } from "vitest";
import { outcomeOf } from "../../src/couch/answer.js";
import { tooDeepIn } from "../../src/couch/nesting.js";
import { maxNesting } from "../../src/text/depth.js";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const documentOf = (levels: number, id = "abathur") => `{"_id":"${id}","a":${nested(levels - 1)}}`;
const seen = (text: string) => tooDeepIn(text, JSON.parse(text));
const deep = maxNesting + 20;

const sound: [title: string, text: string][] = [
  ["a document as deep as files allow", documentOf(maxNesting)],
  ["such a document in a row of a view", `{"rows":[{"id":"abathur","doc":${documentOf(maxNesting)}}]}`],
  ["such a document in _bulk_get", `{"results":[{"id":"abathur","docs":[{"ok":${documentOf(maxNesting)}}]}]}`],
  ["many brackets in a text", JSON.stringify({ a: `${"[".repeat(deep)}"\\` })],
  ["many sibling brackets", `[${"[],".repeat(deep)}{}]`],
];
it.each(sound)("%s is accepted", (_, text) => expect(seen(text)).toBeUndefined());

const faults: [title: string, text: string, documents: string[]][] = [
  ["a document", documentOf(deep), ["abathur"]],
  ["something that is not a document", nested(50_000), []],
  ["_security", `{"x":${nested(50_000)}}`, []],
  ["a row of _all_docs", `{"rows":[{"id":"a","doc":{"_id":"a"}},{"id":"b","doc":${documentOf(deep, "b")}}]}`, ["b"]],
  ["a row of _find", `{"docs":[${documentOf(2, "a")},${documentOf(50_000, "b")}]}`, ["b"]],
  ["_bulk_get", `{"results":[{"id":"a","docs":[]},{"id":"b","docs":[{"ok":${documentOf(deep)}}]}]}`, ["b"]],
  ["an index", `{"indexes":[{"ddoc":null},{"ddoc":"_design/m","def":${nested(deep)}}]}`, ["_design/m"]],
  ["two rows", `{"rows":[{"id":"a","value":${nested(deep)}},{"id":"b","value":${nested(deep)}}]}`, ["a", "b"]],
  ["a row after quoted backslashes", `{"rows":[{"id":"a\\\\\\"","value":${nested(deep)}}]}`, ['a\\"']],
];
it.each(faults)("%s that is too deep is named", (_, text, documents) =>
  expect(seen(text)?.documents).toEqual(documents),
);

it("only a few documents are named, with long names shortened", () => {
  const rows = Array.from({ length: 7 }, (_, i) => `{"id":"${i}${"x".repeat(200)}","value":${nested(deep)}}`);
  const detail = seen(`{"rows":[${rows}]}`)?.detail ?? "";
  expect(detail).toMatch(/^document 0x{99}…, .* and 2 more is nested more than 500 levels deep$/);
});

it("an error response is checked, too", () => {
  const body = `{"error":"bad_request","reason":"x","x":${nested(50_000)}}`;
  expect(outcomeOf({ status: 400, headers: {}, body }, "/db")).toMatchObject({ failure: "too-deep" });
});
