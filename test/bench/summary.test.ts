import { expect, it } from "vitest";
import { cells } from "../../bench/report.js";
import type { Row } from "../../bench/scenario.js";
import { spread, summarize } from "../../bench/summary.js";

const row: Row = { id: "a", work: "w", ours: "o", theirs: "t", against: "them", unit: "ms", target: 0.5 };

it.each([
  [[3], { median: 3, min: 3, max: 3, runs: 1 }],
  [[10, 9, 2], { median: 9, min: 2, max: 10, runs: 3 }],
  [[4, 1, 3, 100], { median: 3.5, min: 1, max: 100, runs: 4 }],
])("the spread of %j is %j", (values, expected) => {
  expect(spread(values)).toEqual(expected);
});

it.each([
  [[1, 2, 90], [4, 4, 4], 0.5, true],
  [[3, 3, 3], [4, 4, 4], 0.75, false],
])("%j compared with %j has the ratio %d", (ours, theirs, ratio, reached) => {
  const measured = new Map([
    ["o", ours],
    ["t", theirs],
  ]);
  expect(summarize(row, measured)).toMatchObject({ ratio, reached });
});

it("marks a missed target", () => {
  const measured = new Map([
    ["o", [300, 100, 200]],
    ["t", [250]],
  ]);
  expect(cells(summarize(row, measured))).toEqual([
    "w",
    "0.200 s",
    "0.100 s–0.300 s",
    "them",
    "0.250 s",
    "",
    "0.80 ✗",
    "≤ 0.5",
  ]);
});
