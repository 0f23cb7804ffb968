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

test("every kind that another one undoes can be reset, except seed documents", () => {
  const types = kinds.flatMap(({ name, lifecycle }) => (lifecycle?.removedBy ? name : []));
  const known = ["Admin", "Config", "Database", "DesignDocs", "Indexes", "User", "Replication", "Documents"];
  expect(types.sort()).toEqual(known.map((type) => `ensure${type}`).sort());
});
