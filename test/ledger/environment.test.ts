import { expect, test } from "vitest";
import { claimedBy, correctEnvironment, refusedEnvironment } from "../../src/ledger/environment.js";
import { filesVersion } from "../../src/ledger/files-version.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import type { LedgerPlace } from "../../src/ledger/place.js";

const place: LedgerPlace = { database: "couchdb-migrate", set: "billing", own: true };
const ledger: Ledger = { formatVersion: 1, set: "billing", entries: {} };
const of = (environment: string): Ledger => ({ ...ledger, environment });
const run = (environment: string): LedgerPlace => ({ ...place, environment });

test.each<[string, Ledger | undefined, LedgerPlace, boolean]>([
  ["no ledger", undefined, run("development"), false],
  ["a ledger without an environment, and a run without one", ledger, place, false],
  ["a ledger without an environment", ledger, run("development"), false],
  ["the same environment", of("production"), run("production"), false],
  ["another environment", of("production"), run("development"), true],
  ["a run without an environment", of("production"), place, true],
])("%s", (_title, stored, where, isRefused) => {
  expect(refusedEnvironment(stored, where) !== undefined).toBe(isRefused);
});

test("the refusal names both environments, and says what to do", () => {
  const { code, message, next } = refusedEnvironment(of("production"), run("development")) ?? {};
  expect({ code, message, next }).toEqual({
    code: "environment-refused",
    message:
      "the ledger of the set billing in couchdb-migrate belongs to the environment production, and this run is for development",
    next: "Check the address of CouchDB, and use --environment production if that is meant. If the server is right, give development a set of its own with --set. If the environment was renamed or given up, correct the ledger with `couchdb-migrate ledger environment NAME --set billing`.",
  });
});

test("the first environment claims a ledger; a ledger without one stays as it is, byte for byte", () => {
  expect(claimedBy(ledger, run("development"))).toEqual(of("development"));
  expect(claimedBy(of("production"), run("development"))).toEqual(of("production"));
  expect(JSON.stringify(claimedBy(ledger, place))).toBe(JSON.stringify(ledger));
});

test("a person may correct it", () => {
  expect(correctEnvironment(of("staging"), "preproduction")).toEqual(of("preproduction"));
  expect(correctEnvironment(of("staging"), undefined)).toEqual(ledger);
});

test("the same files are another version in another environment, and without one as before", () => {
  const steps = [{ id: "a", kind: "ensureDatabase", checksum: "1:x" }];
  const versions = [undefined, "development", "production"].map((one) => filesVersion(steps, one));
  expect(new Set(versions).size).toBe(3);
  expect(versions[0]).toBe("t6DYasuFJz2pzNLb");
});
