import { describe, expect, test } from "vitest";
import { canonicalRelease, compareReleases } from "../../src/ledger/release.js";
import { table } from "../../src/settings/table.js";

describe("a release", () => {
  test.each([
    ["7", "7"],
    ["007", "7"],
    ["0", "0"],
    ["20260501120000", "20260501120000"],
    ["2026-05-01", "2026-05-01T00:00:00.000Z"],
    ["2026-05-01T10:00:00Z", "2026-05-01T10:00:00.000Z"],
    ["2026-05-01T10:00Z", "2026-05-01T10:00:00.000Z"],
    ["2026-05-01t10:00:00.5z", "2026-05-01T10:00:00.500Z"],
    ["2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00.000Z"],
    ["2026-05-01T12:00:00+0200", "2026-05-01T10:00:00.000Z"],
  ])("%s is stored as %s", (text, canonical) => {
    expect(canonicalRelease(text)).toBe(canonical);
    expect(table.release.pattern.test(text)).toBe(true);
  });

  test.each([
    "",
    "v7",
    "1.2.3",
    "-1",
    "1e3",
    "1234567890123456",
    "2026-05-01T10:00:00",
    "2026-05-01 10:00Z",
    "now",
    "none",
  ])("%j is invalid: a time needs a zone, and a number must be whole", (text) => {
    expect(canonicalRelease(text)).toBeUndefined();
    expect(table.release.pattern.test(text)).toBe(false);
  });

  test("that only looks like a time is refused", () => {
    expect(canonicalRelease("2026-13-45T10:00:00Z")).toBeUndefined();
  });

  test.each([
    ["9", "10", -1],
    ["10", "10", 0],
    ["10", "9", 1],
    ["2026-05-01T10:00:00.000Z", "2026-05-01T10:00:00.001Z", -1],
    ["2026-05-01T10:00:00.000Z", "7", undefined],
    ["7", "2026-05-01T10:00:00.000Z", undefined],
  ])("%s compared with %s: %s", (one, other, sign) => {
    const compared = compareReleases(one, other);
    expect(compared === undefined ? undefined : Math.sign(compared)).toBe(sign);
  });
});
