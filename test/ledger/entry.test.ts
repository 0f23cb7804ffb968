import { expect, test } from "vitest";
import { nextEntry } from "../../src/ledger/entry.js";
import type { Entry } from "../../src/ledger/ledger.js";
import type { Step } from "../../src/migrations/step.js";

const step = { id: "s", kind: "ensureSecurity", checksum: "1:c" } as Step;
const done = { databases: { a: "7" }, milliseconds: 3, adopted: false, at: new Date(0), version: "9.9.9" };
const before = (checksum: string, former: string[] = []): Entry => ({
  kind: "ensureSecurity",
  checksum,
  former,
  appliedAt: "",
  milliseconds: 1,
  version: "0",
  databases: { a: "1", b: "2" },
});

test.each<readonly [string, Entry | undefined, readonly string[], Readonly<Record<string, string>>]>([
  ["a new step", undefined, [], { a: "7" }],
  ["applied again in one database: the others are kept", before("1:c", ["1:a"]), ["1:a"], { a: "7", b: "2" }],
  ["changed: only the databases where the new version was applied", before("1:b", ["1:a"]), ["1:a", "1:b"], { a: "7" }],
  [
    "reverted to a former version, which is no longer a former one",
    before("1:b", ["1:c", "1:a"]),
    ["1:a", "1:b"],
    { a: "7" },
  ],
])("%s", (_, stored, former, databases) => {
  expect(nextEntry(step, stored, done)).toEqual({
    kind: "ensureSecurity",
    checksum: "1:c",
    former,
    appliedAt: "1970-01-01T00:00:00.000Z",
    milliseconds: 3,
    version: "9.9.9",
    databases,
  });
});

test("what held already is recorded as adopted", () => {
  expect(nextEntry(step, undefined, { ...done, adopted: true })).toMatchObject({ adopted: true });
});
