import { expect, it } from "vitest";
import { namedIndexes } from "../../src/import/listed-indexes.js";

const listed = [{ ddoc: "_design/d", name: "i", type: "json", def: { fields: [{ a: "asc" }] } }];
const doc = { language: "query", views: { i: { map: { fields: { a: "asc" } }, reduce: "_count" } } };

it("an index becomes an index step, unless its design document also validates", () => {
  const validating = { ...doc, validate_doc_update: { newDoc: { a: { $type: "number" } } } };
  expect(namedIndexes(listed, false, { d: doc }).map(({ name }) => name)).toEqual(["i"]);
  expect(namedIndexes(listed, false, { d: validating })).toEqual([]);
});
