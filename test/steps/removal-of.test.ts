/** Removals of objects, which are given as the steps that ensure them claim them. */
import { expect, test } from "vitest";
import { kindByName, kinds } from "../../src/kinds/index.js";
import { removalsOf } from "../../src/kinds/removal-of.js";

test.each([
  ["database/a/b", "a/b"],
  ["designDoc/a/b/by-owner", "a/b"],
  ["index/a/b/mango-by-owner/by-owner", "a/b"],
  ["user/kerrigan", "_users"],
  ["replication/a/b", "_replicator"],
  ["replication of a/_replicator/b/c", "a/_replicator"],
  ["config/log/level", ""],
  ["admin/overmind", ""],
])("the removal of %s claims the same object", (claim, database) => {
  const [removal, ...more] = removalsOf(new Map([[database, [claim]]]));
  expect(more).toEqual([]);
  const kind = kindByName.get(removal?.kind ?? "");
  expect(kind?.claims(removal?.desired as never)).toEqual([claim]);
});

test.each([
  [
    "an index whose names have slashes",
    kindByName.get("ensureIndexes"),
    { database: ["z"], indexes: { "n/m": { index: { fields: ["a"] }, type: "json", ddoc: "a/b%2Fc" } } },
    { database: ["z"], indexes: [{ ddoc: "a/b%2Fc", name: "n/m" }] },
  ],
  [
    "a setting for one origin",
    kindByName.get("ensureConfig"),
    { "cors:http://zerg.example/%2F": { "a/b": "1" } },
    { "cors:http://zerg.example/%2F": ["a/b"] },
  ],
])("the removal of %s names the object as its step does", (_, kind, desired, expected) => {
  const claims = kind?.claims(desired as never).filter((claim) => !claim.startsWith("designDoc/")) ?? [];
  const [removal] = removalsOf(new Map([[kind?.name === "ensureIndexes" ? "z" : "", claims]]));
  expect(removal?.desired).toEqual(expected);
  expect(kindByName.get(removal?.kind ?? "")?.claims(removal?.desired as never)).toEqual(claims);
});

test("every kind that another one undoes can be reset, except seed documents", () => {
  const types = kinds.flatMap(({ name, lifecycle }) => (lifecycle?.removedBy ? name : []));
  const known = ["Admin", "Config", "Database", "DesignDocs", "Indexes", "User", "Replication", "Documents"];
  expect(types.sort()).toEqual(known.map((type) => `ensure${type}`).sort());
});
