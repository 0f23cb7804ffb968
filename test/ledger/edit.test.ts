import { describe, expect, it } from "vitest";
import { acceptStep, forgetStep } from "../../src/ledger/edit.js";
import type { Entry, Ledger } from "../../src/ledger/ledger.js";
import type { Step } from "../../src/migrations/step.js";

const entry: Entry = {
  kind: "transformDocuments",
  checksum: "1:b",
  former: ["1:a"],
  appliedAt: "2024-01-01T00:00:00.000Z",
  milliseconds: 7,
  version: "1.0.0",
  databases: { zerglings: "1700000000" },
};
const ledger: Ledger = { formatVersion: 1, set: "s", entries: { hatch: entry, burrow: entry }, nodes: ["n"] };
const step = (id: string, checksum: string) => ({ id, kind: "transformDocuments", checksum }) as Step;
const place = { database: "couchdb-migrate", set: "s", own: true };

describe("forgetStep", () => {
  it("drops the entry and nothing else", () => {
    expect(forgetStep(ledger, "hatch", place)).toEqual({ ...ledger, entries: { burrow: entry } });
  });
  it.each(["larva", "toString", ""])("refuses %j, which is not in the ledger", (id) => {
    expect(() => forgetStep(ledger, id, place)).toThrow(expect.objectContaining({ code: "not-in-ledger" }));
  });
});

describe("acceptStep", () => {
  const done = { databases: { zerglings: "1800000000" }, at: new Date("2024-06-01T00:00:00Z"), version: "2.0.0" };
  it.each([
    ["a new checksum: the old one becomes a former one", "1:c", ["1:a", "1:b"]],
    ["a former checksum becomes the present one again", "1:a", ["1:b"]],
    ["the same checksum: the databases are updated", "1:b", ["1:a"]],
  ])("%s", (_, checksum, former) => {
    const accepted = acceptStep(ledger, step("hatch", checksum), done).entries.hatch;
    expect(accepted).toMatchObject({ checksum, former, appliedAt: "2024-06-01T00:00:00.000Z", version: "2.0.0" });
    expect(accepted?.databases).toEqual(done.databases);
  });
  it("records a step that the ledger does not have, as after a restore without the ledger", () => {
    expect(acceptStep(ledger, step("larva", "1:c"), done).entries.larva).toMatchObject({ checksum: "1:c", former: [] });
  });
});
