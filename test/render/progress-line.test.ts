import { expect, test } from "vitest";
import { progressLine } from "../../src/render/progress-line.js";

const building = {
  type: "step-progress",
  id: "zerglings-views",
  database: "zerglings",
  what: "building by-hatchery, eldest, strength",
  done: 27_000,
  total: 60_000,
  unit: "changes",
} as const;
const long = { ...building, database: "tenant-with-a-name-that-is-longer-than-the-terminal-is-wide-by-far" };
const pace = { perSecond: 3_100, left: 11_000 };
const bar = "[#########-----------]";

test.each<[number, string, string]>([
  [
    200,
    progressLine(building, pace, 200),
    `zerglings-views in zerglings: 45%, 11 s left ${bar} 27,000 of 60,000 changes, 3,100 per second, building by-hatchery, eldest, strength`,
  ],
  [80, progressLine(building, pace, 80), `zerglings-views in zerglings: 45%, 11 s left ${bar}`],
  [80, progressLine(building, undefined, 80), `zerglings-views in zerglings: 45% ${bar}`],
  [40, progressLine(building, pace, 40), "zerglings-views in zerg…: 45%, 11 s left"],
  [40, progressLine(long, pace, 40), "zerglings-views in tena…: 45%, 11 s left"],
  [
    80,
    progressLine(long, pace, 80),
    "zerglings-views in tenant-with-a-name-that-is-longer-than-the-t…: 45%, 11 s left",
  ],
  [40, progressLine({ ...building, total: 0 }, undefined, 40), "zerglings-views in zerg…: 27,000 changes"],
  [10, progressLine(building, pace, 10), "zerglin…:…"],
])("in %d columns: %s", (columns, line, expected) => {
  expect([line, [...line].length <= columns]).toEqual([expected, true]);
});
