import { describe, expect, it } from "vitest";
import { groupRows, rowsOf, type StagedRow } from "../../src/ledger/staged-registry.js";

const row = (database: string, more: Partial<StagedRow> = {}): StagedRow => ({
  database,
  designDoc: "brood",
  name: "brood--staged-0123456789abcdef",
  version: "NhxSYRNGZBRFfME1",
  since: "2026-11-29T17:38:53.524Z",
  ...more,
});

describe("the registry of staged documents", () => {
  it("has one group for a document in a thousand databases, of less than 40 kB", () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => row(`tenant-of-a-longer-name-${i}`));
    const groups = groupRows(rows);
    expect(groups).toHaveLength(1);
    expect(JSON.stringify(groups).length).toBeLessThan(40_000);
    expect(rowsOf({ groups })).toEqual(rows);
  });

  it("keeps since when a document is staged if another version wants it, too", () => {
    const later = row("zerg", { version: "later", since: "2026-12-01T00:00:00.000Z" });
    expect(groupRows([row("zerg"), later])).toEqual(groupRows([row("zerg")]));
  });

  it.each<[string, Partial<StagedRow>]>([
    ["documents", { name: "brood--staged-fedcba9876543210" }],
    ["design documents", { designDoc: "nest", name: "nest--staged-0123456789abcdef" }],
  ])("has a group for each of two %s", (_, more) => {
    expect(groupRows([row("zerg"), row("zerg", more)])).toHaveLength(2);
  });
});
