import { expect, test } from "vitest";
import { removableOf } from "../../../src/engine/reset/removable.js";
import type { Entry, Ledger } from "../../../src/ledger/ledger.js";

function entry(database: string, ...objects: readonly string[]): Entry {
  const claims = { kind: "ensureDatabase", checksum: "2:a", former: [], appliedAt: "", milliseconds: 1, version: "1" };
  return { ...claims, databases: { [database]: "1" }, created: { [database]: { incarnation: "1", objects } } };
}

function ledger(...entries: readonly Entry[]): Ledger {
  return { formatVersion: 1, set: "default", entries: Object.fromEntries(entries.map((one, i) => [String(i), one])) };
}

test.each(["_users", "_replicator", "_global_changes"])("%s stays, and what the set created in it does not", (name) => {
  const one = ledger(entry(name, `database/${name}`), entry(name, "user/kerrigan"));
  const { objects, stays } = removableOf(one, new Map([[name, "1"]]), []);
  expect([...objects]).toEqual([[name, ["user/kerrigan"]]]);
  expect(stays).toEqual([{ object: `database/${name}`, why: "CouchDB and other sets need it" }]);
});
