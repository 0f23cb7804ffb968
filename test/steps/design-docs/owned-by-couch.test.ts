import { expect, it } from "vitest";
import { isOwnedByCouch, ownedByCouch } from "../../../src/objects/design-docs/owned-by-couch.js";

it.each([
  ["_users", "_auth", true],
  ["_replicator", "_replicator", true],
  ["zerg/_replicator", "_replicator", true],
  ["zerg/_replicator", "_auth", false],
  ["zerg", "_replicator", false],
  ["_users", "toString", false],
])("in %s, _design/%s belongs to CouchDB: %s", (database, name, expected) => {
  expect(isOwnedByCouch(database, name)).toBe(expected);
  expect(ownedByCouch(database, [name]).map(({ code }) => code)).toEqual(expected ? ["owned-by-couchdb"] : []);
});
