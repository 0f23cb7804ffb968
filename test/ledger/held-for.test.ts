import { expect, it } from "vitest";
import { heldFor } from "../../src/ledger/held-for.js";

const now = Date.parse("2030-01-01T00:02:05Z");

it.each<[string | undefined, number | undefined]>([
  ["2030-01-01T00:00:00Z", 125_000],
  // A holder whose clock is ahead of ours.
  ["2030-01-01T00:09:00Z", 0],
  ["yesterday", undefined],
  ["", undefined],
  [undefined, undefined],
])("since %s: %s", (since, expected) => {
  expect(heldFor(since, now)).toBe(expected);
});
