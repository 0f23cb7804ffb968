import { expect, test } from "vitest";
import { type StepWarning, tell } from "../../src/steps/warnings.js";

const database = "zerglings";

test.each<[StepWarning, string]>([
  [{ code: "node-down", node: "b" }, "node b is down and was not checked"],
  [{ code: "node-not-listed", node: "b" }, "node b is in the cluster, but not in `nodes`; it stays there"],
  [
    { code: "shards-fixed", database, key: "q", is: 2, asked: 8 },
    "database zerglings: q is 2, not 8; q is fixed at creation",
  ],
  [
    { code: "n-above-nodes", database, is: 2, asked: 3 },
    "database zerglings: n is 2, not 3; CouchDB keeps at most one copy per node, and n is fixed at creation",
  ],
  [{ code: "open-database" }, "the database has no members, so anyone can read and write it without a login"],
  [
    { code: "user-in-conflict", user: "kerrigan" },
    "the document of user kerrigan has conflicting revisions, so CouchDB rejects its login until they are resolved",
  ],
  [{ code: "replication-restarts" }, "the replication was completed; CouchDB starts it again, from where it ended"],
  [
    { code: "replication-failed", id: "r", state: "failed", database: "_replicator" },
    "CouchDB reports replication r as failed; `_scheduler/docs/_replicator/r` says why",
  ],
  [
    { code: "owned-by-couchdb", database: "_users", designDoc: "_auth", why: "it comes back" },
    "_design/_auth in _users belongs to CouchDB: it comes back, so this step will drift. Put your functions in another design document in _users",
  ],
  [
    { code: "unknown-language", designDoc: "a", language: "javscript", hint: "; is it javascript?" },
    "_design/a has the language `javscript`, which CouchDB does not support by itself; is it javascript?",
  ],
  [
    { code: "selector-not-supported", designDoc: "a", version: "3.5.0" },
    "_design/a validates documents with a Mango selector, which CouchDB 3.5.0 refuses: it needs CouchDB 3.6",
  ],
  [
    { code: "search-not-staged", designDoc: "a", indexes: ["nouveau.x", "indexes.y"] },
    "search indexes are not staged: queries on nouveau.x, indexes.y of _design/a wait for the build (not tested with a search service)",
  ],
  [
    { code: "index-not-alone", index: "i", ddoc: "d", neighbours: ["j"] },
    "index i is not alone in _design/d: j is rebuilt with it",
  ],
  [
    { code: "index-not-alone", index: "i", ddoc: "d", neighbours: ["j", "k"] },
    "index i is not alone in _design/d: j, k are rebuilt with it",
  ],
  [
    { code: "index-elsewhere", index: "i", ddoc: "d", others: ["e", "f"] },
    "there is no index i in _design/d, but there is one in _design/e, _design/f; set `ddoc` to that one",
  ],
  [
    { code: "begun", database, changed: 3, edited: false },
    "this step was started in zerglings and has changed 3 documents so far",
  ],
  [
    { code: "begun", database, changed: 3, edited: true },
    "this step was started in zerglings and has changed 3 documents so far; it was edited after that, and documents that were already changed are not changed again",
  ],
  [
    { code: "begun-in-parts", database, done: 1, of: 3, changed: 7 },
    "this step was started in zerglings in parts: 1 of 3 are done, and it has changed 7 documents so far",
  ],
  [{ code: "unfit-document", fault: "a: no legs" }, "a document can't be changed: a: no legs"],
  [
    { code: "documents-in-conflict", database, documents: 2 },
    "2 of the documents changed in zerglings have conflicting revisions; these were left as they are",
  ],
  [
    { code: "documents-arriving", database, documents: 2 },
    "documents in the old form are still arriving in zerglings (2 just before the step finished); those that arrive from now on are not changed",
  ],
])("%j", (warning, message) => {
  expect(tell(warning)).toEqual({ code: warning.code, message });
});
