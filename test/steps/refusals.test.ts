import { expect, test } from "vitest";
import { type Refusal, reasonOf } from "../../src/steps/refusals.js";

const database = "zerglings";
const allow = "to allow it, use --allow-destroy, or `allowDestroy: true` in the step";

test.each<[Refusal, string]>([
  [{ code: "destroys", title: "user kerrigan" }, `this step removes user kerrigan; ${allow}`],
  [{ code: "deletes-documents", database }, `this step deletes documents in zerglings; ${allow}`],
  [
    { code: "partitioned-is-fixed", database, partitioned: false },
    "database zerglings exists and is not partitioned, which is fixed at creation; set `partitioned: false`, or create a new database and copy the documents",
  ],
  [
    { code: "no-partitions", database, version: "2.3.1" },
    "database zerglings can't be partitioned: this needs CouchDB 3.0, but the server is CouchDB 2.3.1; upgrade CouchDB, or remove `partitioned: true`",
  ],
  [{ code: "no-clusters" }, "CouchDB 1.x has no clusters"],
  [
    { code: "node-not-named", node: "c@1" },
    "the run is connected to node c@1, which is not in `nodes`; use the node names that `GET /_membership` shows",
  ],
  [
    { code: "nodes-cannot-join", nodes: ["c@2", "c@3"] },
    "c@2, c@3 can't be joined over this port before CouchDB 3.0; use CouchDB's cluster setup",
  ],
  [
    { code: "own-admin", admin: "overmind" },
    "admin overmind is the one that this run logs in as; log in as another admin to remove it",
  ],
  [
    { code: "last-admin", admin: "overmind", nodes: ["a", "b"] },
    "admin overmind is the last one on a, b; ensure another admin first",
  ],
  [
    { code: "user-without-password", user: "kerrigan" },
    "user kerrigan does not exist, and can't be created without a password; add `password` to the step",
  ],
  [
    { code: "design-doc-not-partitioned", database, designDoc: "a", fault: "it is not" },
    "_design/a can't be stored in zerglings: it is not",
  ],
  [
    { code: "previous-name-taken", database, designDoc: "a--previous" },
    "_design/a--previous of zerglings is not the copy of a former version that `keepPrevious` needs to write under this name; rename or remove that document, or remove `keepPrevious`",
  ],
  [
    { code: "index-not-partitioned", index: "i" },
    "index i can't be partitioned, because the database is not; leave `partitioned` out",
  ],
  [
    { code: "index-partitioned-is-fixed", index: "i", ddoc: "d", neighbours: ["j", "k"] },
    "`partitioned` of index i can't be changed, because _design/d also holds j, k; give it its own `ddoc`",
  ],
  [
    { code: "applied-in-another-form", database, accept: "`accept it`" },
    "another form of this one-time step was applied to zerglings, as its marker there says; restore it, or record the new form with `accept it`",
  ],
])("%j", (refusal, reason) => {
  expect(reasonOf([refusal])).toBe(reason);
});

test("several refusals are joined into one reason", () => {
  const of = (index: string): Refusal => ({ code: "index-not-partitioned", index });
  expect(reasonOf([of("i"), of("j")])).toMatch(/^index i .*; index j .*$/);
});
