import { expect, test } from "vitest";
import { type StepWarning, tell } from "../../src/steps/warnings.js";

const database = "zerglings";

test.each<[StepWarning, string]>([
  [{ code: "node-down", node: "b" }, "node b is down: not looked at"],
  [{ code: "node-not-listed", node: "b" }, "node b is in the cluster, but not in `nodes`: it is left there"],
  [
    { code: "shards-fixed", database, key: "q", is: 2, asked: 8 },
    "database zerglings: q is 2, not 8; q is fixed at creation",
  ],
  [
    { code: "n-above-nodes", database, is: 2, asked: 3 },
    "database zerglings: n is 2, not 3; CouchDB makes no more copies than it has nodes, and n is fixed at creation",
  ],
  [{ code: "open-database" }, "it has no members: everybody may read and write, without a login"],
  [
    { code: "user-in-conflict", user: "kerrigan" },
    "the document of user kerrigan has conflicting revisions: CouchDB refuses its login until they are resolved",
  ],
  [{ code: "replication-restarts" }, "it was completed: CouchDB replicates again, from where it ended"],
  [
    { code: "replication-failed", id: "r", state: "failed" },
    "CouchDB reports replication r as failed: its `_scheduler/docs/_replicator/r` says why",
  ],
  [
    { code: "owned-by-couchdb", database: "_users", designDoc: "_auth", why: "it comes back" },
    "_design/_auth of _users belongs to CouchDB: it comes back, so this step drifts. Put your functions into another design document of _users",
  ],
  [
    { code: "unknown-language", designDoc: "a", language: "javscript", hint: "; is it javascript?" },
    "_design/a has the language `javscript`, which CouchDB does not have by itself; is it javascript?",
  ],
  [
    { code: "search-not-staged", designDoc: "a", indexes: ["nouveau.x", "indexes.y"] },
    "search indexes are not staged: queries of nouveau.x, indexes.y of _design/a wait for the build (not tested with a search service)",
  ],
  [
    { code: "index-not-alone", index: "i", ddoc: "d", neighbours: ["j"] },
    "index i is not alone in _design/d: j is built anew with it",
  ],
  [
    { code: "index-not-alone", index: "i", ddoc: "d", neighbours: ["j", "k"] },
    "index i is not alone in _design/d: j, k are built anew with it",
  ],
  [
    { code: "index-elsewhere", index: "i", ddoc: "d", others: ["e", "f"] },
    "there is no index i in _design/d, but there is one in _design/e, _design/f: give its `ddoc`",
  ],
  [
    { code: "begun", database, changed: 3, edited: false },
    "it was begun in zerglings, where 3 documents are changed already",
  ],
  [
    { code: "begun", database, changed: 3, edited: true },
    "it was begun in zerglings, where 3 documents are changed already; the step was edited since, and they are not changed again",
  ],
  [
    { code: "begun-in-parts", database, done: 1, of: 3, changed: 7 },
    "it was begun in zerglings in parts: 1 of 3 parts are done, 7 documents are changed already",
  ],
  [{ code: "unfit-document", fault: "a: no legs" }, "a document can't be changed: a: no legs"],
  [
    { code: "documents-in-conflict", database, documents: 2 },
    "2 of the documents changed in zerglings have conflicting revisions, which were left as they are",
  ],
  [
    { code: "documents-arriving", database, documents: 2 },
    "documents of the old form go on arriving in zerglings, 2 in the last moment before the step was done: those that arrive from now on are not changed",
  ],
])("%j", (warning, message) => {
  expect(tell(warning)).toEqual({ code: warning.code, message });
});
