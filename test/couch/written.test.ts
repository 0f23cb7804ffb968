import { describe, expect, it } from "vitest";
import { fragileIn } from "../../src/couch/proxy-paths.js";
import { assertWritten, documentIn, rowsOf } from "../../src/couch/written.js";

it.each([
  ["/db/doc", "doc"],
  ["/a%2Fb/x%2By", "x+y"],
  ["/db/_design/app%2Bv2", "_design/app+v2"],
  ["/db/_local/a%2Fb", "_local/a/b"],
  ["/_users/org.couchdb.user%3Akerrigan", "org.couchdb.user:kerrigan"],
  ["/_replicator/r", "r"],
  ["/db", undefined],
  ["/db/_security", undefined],
  ["/db/_index/_design%2Fa/json/b", undefined],
  ["/db/_design/a/_view/b", undefined],
  ["/db/doc/attachment", undefined],
  ["/_node/_local/_config/log/level", undefined],
  ["/_config/log/level", undefined],
])("%s names the document %s", (path, id) => expect(documentIn(path)).toBe(id));

describe("an answer proves a write if it names the document and its revision", () => {
  const path = "/db/_design/a%2Bb";
  const right = { ok: true, id: "_design/a+b", rev: "1-x" };

  it.each([
    ["PUT", 201, right, true],
    ["DELETE", 200, right, true],
    ["PUT", 202, right, true],
    ["PUT", 201, { ...right, id: "_design/a b" }, false],
    ["DELETE", 200, { ...right, id: "_design/a b" }, false],
    ["PUT", 201, { ok: true, id: right.id }, false],
    ["PUT", 201, { ok: true }, false],
    ["PUT", 200, "", false],
    ["PUT", 404, { error: "not_found" }, true],
    ["POST", 200, {}, true],
  ])("%s %s %j: %s", (method, status, body, proven) => {
    const assert = () => assertWritten(method, path, status, body);
    if (proven) expect(assert).not.toThrow();
    else expect(assert).toThrow(/the answer does not say that _design\/a\+b was (?:written|deleted)/);
  });

  it("the error names the document that was written instead", () => {
    expect(() => assertWritten("PUT", path, 201, { id: "_design/a b", rev: "1-x" })).toThrow(/it names _design\/a b/);
  });
});

it("a document that _bulk_docs does not mention, or without its revision, was not written", () => {
  const rows = [{ id: "a", rev: "1-x" }, { id: "b" }, { id: "c", error: "conflict" }, { id: "e", rev: "1-x" }];
  expect(rowsOf(["a", "b", "c", "d"], rows).map(({ id, error }) => [id, error])).toEqual([
    ["a", undefined],
    ["b", "not_written"],
    ["c", "conflict"],
    ["d", "not_written"],
  ]);
});

it.each([
  ["/db/_design/app", ""],
  ["/_users/org.couchdb.user%3Aa", ""],
  ["/db/a%2Bb%2Fc", "+/"],
  ["/db/100%25", "%"],
  ["/db/%3F%23", "?#"],
])("in %s, the characters %j would mean something else if they were decoded", (path, characters) =>
  expect(fragileIn(path)).toBe(characters),
);
