import { expect, it } from "vitest";
import { faultsAsSent } from "../../../src/objects/design-docs/as-sent.js";
import { fakeCouch, taken } from "../fake-couch.js";

const id = "_design/zerglings";
const index = { index: "function (doc) { index('string', 'a', doc.a); }" };
const doc = {
  _id: id,
  _rev: `1-${"a".repeat(32)}`,
  views: { all: { map: "function (doc) { emit(1); }" } },
  nouveau: { a: index },
};
const other = { ...doc, views: {} };
const withVersion = { ...doc, nouveau: { a: { ...index, lucene_version: 10 } } };
const expected = taken(doc).rev;
const row = (rev: string, stored: object) => ({
  rows: [{ id, key: id, value: { rev }, doc: { ...stored, _rev: rev } }],
});

it.each([
  ["the expected revision: not read back", expected, undefined, [], 0],
  ["another revision with the same content", "2-b", row("2-b", doc), [], 1],
  ["with the version of Lucene that CouchDB adds", "2-b", row("2-b", withVersion), [], 1],
  ["another revision with other content", "2-b", row("2-b", other), ["not-applied"], 1],
  ["changed by somebody else meanwhile", "2-b", row("3-c", other), ["conflict"], 6],
])("%s", async (_, rev, stored, codes, reads) => {
  const couch = fakeCouch({ reads: stored === undefined ? {} : { "/zerglings/_all_docs": stored } });
  const faults = await faultsAsSent(couch, "zerglings", [{ doc, rev }]);
  expect([...faults.values()].map(({ code }) => code)).toEqual(codes);
  expect(couch.requests.reads).toBe(reads);
});
