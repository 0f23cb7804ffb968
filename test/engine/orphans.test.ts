/** What is said of steps that are in the ledger, but no longer in the files. */
import { expect, test } from "vitest";
import { describeOrphans } from "../../src/engine/orphans.js";
import type { Entry } from "../../src/ledger/ledger.js";
import { kindByName, kinds } from "../../src/steps/index.js";

const place = { set: "hatchery", database: "own", own: false };

function describe(id: string, kind: string, more: Partial<Entry>, claimedBy: Record<string, string> = {}) {
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
  return describeOrphans([id], ledger, place, new Map(Object.entries(claimedBy)));
}

const stays = "what it ensured stays on the server";

test.each<[string, string, Partial<Entry>, Record<string, string>, string]>([
  [
    "a database",
    "ensureDatabase",
    { claims: ["database/zerglings"] },
    {},
    `${stays} (database/zerglings); a \`removeDatabase\` step deletes it`,
  ],
  [
    "seed documents, whose claims are not recorded",
    "ensureDocuments",
    { databases: { zerglings: "7" } },
    {},
    `${stays} (in zerglings); a \`removeDocuments\` step deletes it`,
  ],
  [
    "security, which no step removes",
    "ensureSecurity",
    { claims: ["security/a"] },
    {},
    `${stays} (security/a); no step removes it`,
  ],
  [
    "many objects",
    "ensureIndexes",
    { claims: ["index/a/1", "index/a/2", "index/a/3", "index/a/4"] },
    {},
    `${stays} (index/a/1, index/a/2, index/a/3 and 1 more); a \`removeIndexes\` step deletes it`,
  ],
  [
    "an object that another step claims now",
    "ensureDatabase",
    { claims: ["database/zerglings"] },
    { "database/zerglings": "made" },
    "database/zerglings belongs to made now",
  ],
  ["a transformation", "transformDocuments", {}, {}, "what it changed stays as it is; there is nothing to remove"],
  ["a removal", "removeDatabase", {}, {}, "it removed something, so nothing of it is on the server"],
  ["a kind of a newer version", "ensureMoons", {}, {}, stays],
])("the note on an orphan: %s", (_, kind, entry, claimedBy, note) => {
  expect(describe("gone", kind, entry, claimedBy)).toMatchObject([{ id: "gone", kind, note }]);
});

test("an orphan comes with the command that forgets it", () => {
  const [orphan] = describe("two legs", "ensureDatabase", { claims: ["database/a"] });
  expect(orphan?.forget).toBe("couchdb-migrate ledger forget 'two legs' --set hatchery --ledger-database own");
});

test("each kind that removes something is named by the kind whose objects it removes, and no other is", () => {
  const named = kinds.flatMap(({ lifecycle }) => lifecycle?.removedBy ?? []);
  expect(named.toSorted()).toEqual(
    kinds.flatMap(({ name, nature }) => (nature?.destroys === "always" ? name : [])).toSorted(),
  );
  for (const name of named) expect(kindByName.get(name)?.nature?.destroys).toBe("always");
});
