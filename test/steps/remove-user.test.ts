import { expect, it } from "vitest";
import { removeUser } from "../../src/kinds/remove-user.js";
import { contextOf, fakeCouch } from "./fake-couch.js";

const path = "/_users/org.couchdb.user%3Akerrigan";
const desired = { name: "kerrigan" };
const stored = { _id: "org.couchdb.user:kerrigan", _rev: "3-abc", type: "user", name: "kerrigan", roles: ["zerg"] };

it("says what is lost, without anything that may be secret", async () => {
  const secrets = { salt: "5a17", derived_key: "f00d", totp: { key: "s3cret" } };
  const couch = fakeCouch({ reads: { [path]: { ...stored, ...secrets, email: "k@example.com" } } });
  const { action, changes, write } = removeUser.diff(desired, await removeUser.observe(contextOf(couch, desired)));
  expect({ action, changes }).toEqual({
    action: "remove",
    changes: [
      { path: "/name", before: "kerrigan", after: null },
      { path: "/roles", before: ["zerg"], after: null },
      { path: "/fields", before: ["totp", "email"], after: null },
    ],
  });
  expect(write).toMatchObject({ _id: stored._id, _rev: "3-abc" });
});

it("is done if there is no such user", async () => {
  const observed = await removeUser.observe(contextOf(fakeCouch(), desired));
  expect(removeUser.diff(desired, observed)).toMatchObject({ action: "none", changes: [] });
});
