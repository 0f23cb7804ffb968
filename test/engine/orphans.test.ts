/** The notes on steps that are in the ledger, but no longer in the files. */
import { expect, test } from "vitest";
import { type Claimer, describeOrphans } from "../../src/engine/orphans.js";
import { kindByName, kinds } from "../../src/kinds/index.js";
import type { Entry } from "../../src/ledger/ledger.js";
import { removes } from "../../src/render/removal.js";

const place = { set: "hatchery", database: "own", own: false };

function describe(id: string, kind: string, more: Partial<Entry>, claimers: Record<string, Claimer> = {}) {
  const entry = {
    kind,
    checksum: "1:a",
    former: [],
    appliedAt: "",
    milliseconds: 1,
    version: "0",
    databases: {},
    ...more,
  };
  const ledger = { formatVersion: 1, set: "hatchery", entries: { [id]: entry } } as const;
  return describeOrphans([id], ledger, place, new Map(Object.entries(claimers)));
}

test.each<[string, string, Partial<Entry>, Record<string, Claimer>, string]>([
  [
    "a database",
    "ensureDatabase",
    { claims: ["database/zerglings"] },
    {},
    "database/zerglings stays on the server; a `removeDatabase` step removes it",
  ],
  [
    "seed documents, whose claims are not recorded",
    "ensureDocuments",
    { databases: { zerglings: "7" } },
    {},
    "its objects in zerglings stay on the server; a `removeDocuments` step removes them",
  ],
  [
    "security, which no step removes",
    "ensureSecurity",
    { claims: ["security/a"] },
    {},
    "security/a stays on the server; no step removes it",
  ],
  [
    "many objects",
    "ensureIndexes",
    { claims: ["index/a/1", "index/a/2", "index/a/3", "index/a/4"] },
    {},
    "index/a/1, index/a/2, index/a/3 and 1 more stay on the server; a `removeIndexes` step removes them",
  ],
  [
    "an object that another step claims now",
    "ensureDatabase",
    { claims: ["database/zerglings"] },
    { "database/zerglings": { id: "made" } },
    "database/zerglings now belongs to step made",
  ],
  [
    "a database that a step will remove",
    "ensureDatabase",
    { claims: ["database/zerglings"], databases: { zerglings: "7" } },
    { "database/zerglings": { id: "drop", removes: "will" } },
    "step drop will remove database/zerglings",
  ],
  [
    "a database that a step has removed",
    "ensureDatabase",
    { claims: ["database/zerglings"], databases: { zerglings: "7" } },
    { "database/zerglings": { id: "drop", removes: "has" } },
    "database/zerglings was removed by step drop; nothing is left on the server",
  ],
  [
    "views that were deleted with their database",
    "ensureDesignDocs",
    { claims: ["design/zerglings/brood"], databases: { zerglings: "7" } },
    { "database/zerglings": { id: "drop", removes: "has" } },
    "database/zerglings was removed by step drop; nothing is left on the server",
  ],
  [
    "indexes, one of which a step has removed",
    "ensureIndexes",
    { claims: ["index/a/1", "index/a/2"], databases: { a: "7" } },
    { "index/a/1": { id: "drop", removes: "has" } },
    "index/a/2 stays on the server; a `removeIndexes` step removes it",
  ],
  ["a transformation", "transformDocuments", {}, {}, "what it changed stays changed; there is nothing to remove"],
  ["a removal", "removeDatabase", {}, {}, "its object was removed; nothing is left on the server"],
  ["a kind from a newer version of the tool", "ensureMoons", {}, {}, "its objects stay on the server"],
])("the note on an orphan: %s", (_, kind, entry, claimedBy, note) => {
  expect(describe("gone", kind, entry, claimedBy)).toMatchObject([{ id: "gone", kind, note }]);
});

test("an orphan is listed with the command that forgets it", () => {
  const [orphan] = describe("two legs", "ensureDatabase", { claims: ["database/a"] });
  expect(orphan?.forget).toBe("couchdb-migrate ledger forget 'two legs' --set hatchery --ledger-database own");
});

test("a kind's name begins with `remove` only if it removes something: messages rely on it", () => {
  for (const kind of kinds) expect(removes({ kind: kind.name })).toBe(kind.nature?.destroys === "always");
});

test("each kind that removes something is named by the kind whose objects it removes, and no other is", () => {
  const named = kinds.flatMap(({ lifecycle }) => lifecycle?.removedBy ?? []);
  expect(named.toSorted()).toEqual(
    kinds.flatMap(({ name, nature }) => (nature?.destroys === "always" ? name : [])).toSorted(),
  );
  for (const name of named) expect(kindByName.get(name)?.nature?.destroys).toBe("always");
});
