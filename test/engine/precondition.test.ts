/** Whether what a step requires is met, and what people read about it. */
import { expect, test } from "vitest";
import type { Requirements } from "../../src/contract/requirements.js";
import { type Facts, judge, notesOf, refusalOf } from "../../src/engine/precondition.js";

const couch = (version: string): Facts => ({ version });
const holding = (documents: number): Facts => ({ version: "3.5.0", database: { name: "swarm", documents } });
const future: Facts = { version: "3.5.0", database: { name: "swarm" } };

test.each<[what: string, Requirements, Facts, keyof ReturnType<typeof judge>]>([
  ["as many documents as allowed", { documents: { atMost: 100 } }, holding(100), "met"],
  ["more documents than allowed", { documents: { atMost: 100 } }, holding(101), "unmet"],
  ["as many documents as needed", { documents: { atLeast: 1 } }, holding(1), "met"],
  ["fewer documents than needed", { documents: { atLeast: 1 } }, holding(0), "unmet"],
  ["an empty database", { empty: true }, holding(0), "met"],
  ["a database with a document", { empty: true }, holding(1), "unmet"],
  ["an answer without a number", { documents: { atMost: 100 } }, holding(Number.NaN), "unmet"],
  ["a database that does not exist yet", { documents: { atLeast: 1 } }, future, "open"],
  ["exactly the oldest version", { couchdb: ">=3.3" }, couch("3.3.0"), "met"],
  ["a newer version", { couchdb: ">=3.3" }, couch("3.10.1"), "met"],
  ["an older version", { couchdb: ">=3.3" }, couch("3.2.3"), "unmet"],
  ["an older major version", { couchdb: ">=3.3" }, couch("2.3.1"), "unmet"],
  ["a version with a suffix", { couchdb: ">=3.3" }, couch("3.4.2+cloudant"), "met"],
  ["a version below the limit", { couchdb: "<3.5" }, couch("3.4.9"), "met"],
  ["the version that is the limit", { couchdb: "<3.5" }, couch("3.5.0"), "unmet"],
  ["a version between two limits", { couchdb: ">=3.3 <3.6" }, couch("3.5.1"), "met"],
  ["a version above two limits", { couchdb: ">=3.3 <3.6" }, couch("3.6.0"), "unmet"],
  ["a version below two limits", { couchdb: ">=3.3 <3.6" }, couch("3.2.0"), "unmet"],
  ["a range with three numbers", { couchdb: ">=3.3.2" }, couch("3.3.1"), "unmet"],
])("%s: %j of %j is %s", (_, required, facts, expected) => {
  const { unmet, met, open } = judge(required, facts);
  expect({ unmet: unmet.length, met: met.length, open: open.length }).toEqual({
    unmet: 0,
    met: 0,
    open: 0,
    [expected]: 1,
  });
});

const ways = "check that this is the right server and database, then make it true, or edit `require`";

test.each<[Requirements, Facts, refusal: string | undefined, notes: string[]]>([
  [
    { documents: { atMost: 100 } },
    holding(12_400),
    `\`require\` of this step is not met: the step requires at most 100 documents in database swarm, which has 12,400 documents (design documents are not counted); ${ways}`,
    [],
  ],
  [
    { empty: true, couchdb: "<3.5" },
    holding(1),
    `\`require\` of this step is not met: the step requires CouchDB <3.5, but the server is CouchDB 3.5.0; the step requires no documents in database swarm, which has 1 document (design documents are not counted); ${ways}`,
    [],
  ],
  [
    { documents: { atLeast: 1, atMost: 100 }, couchdb: ">=3.3" },
    holding(40),
    undefined,
    ["`require` is met now: CouchDB >=3.3, at least 1 document, at most 100 documents"],
  ],
  [
    { documents: { atLeast: 1 }, couchdb: ">=3.3" },
    future,
    undefined,
    [
      "`require` is met now: CouchDB >=3.3",
      "`require` is checked when the step begins, because its database does not exist yet: at least 1 document",
    ],
  ],
])("%j of %j", (required, facts, refusal, notes) => {
  const judged = judge(required, facts);
  expect(refusalOf(judged)).toBe(refusal);
  if (refusal === undefined) expect(notesOf(judged)).toEqual(notes);
});
