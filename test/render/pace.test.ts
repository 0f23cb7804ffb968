import { describe, expect, it } from "vitest";
import { PaceMeter } from "../../src/render/pace.js";

/** What is known after the last of these: seconds, and how much is done by then. */
function paceOf(samples: readonly (readonly [number, number])[], total: number) {
  let time = 0;
  const meter = new PaceMeter(() => time);
  const paces = samples.map(([seconds, done]) => {
    time = seconds * 1000;
    return meter.measure("a", { done, total });
  });
  return paces.at(-1);
}

describe("the pace of long work", () => {
  it.each<[string, [number, number][], number, object | undefined]>([
    ["one look says nothing", [[0, 0]], 100, undefined],
    [
      "two looks do",
      [
        [0, 0],
        [10, 50],
      ],
      100,
      { perSecond: 5, left: 10_000 },
    ],
    [
      "two within a second do not",
      [
        [0, 0],
        [0.9, 50],
      ],
      100,
      undefined,
    ],
    [
      "what was done before it was first seen does not count",
      [
        [0, 40],
        [10, 50],
      ],
      100,
      { perSecond: 1, left: 50_000 },
    ],
    [
      "it stands still",
      [
        [0, 5],
        [10, 5],
      ],
      100,
      undefined,
    ],
    [
      "it is done",
      [
        [0, 5],
        [10, 100],
      ],
      100,
      undefined,
    ],
    [
      "it began anew",
      [
        [0, 0],
        [10, 90],
        [20, 10],
        [30, 20],
      ],
      100,
      { perSecond: 1, left: 80_000 },
    ],
    [
      "what was more than a minute ago is forgotten",
      [
        [0, 0],
        [10, 1000],
        [60, 1100],
        [70, 1120],
        [130, 1240],
      ],
      2240,
      { perSecond: 2, left: 500_000 },
    ],
    [
      "looks more than a minute apart are enough",
      [
        [0, 0],
        [100, 100],
        [200, 300],
      ],
      500,
      { perSecond: 2, left: 100_000 },
    ],
  ])("%s", (_, samples, total, pace) => {
    expect(paceOf(samples, total)).toEqual(pace);
  });

  it("is kept of each piece of work by itself", () => {
    let time = 0;
    const meter = new PaceMeter(() => time);
    meter.measure("a", { done: 0, total: 10 });
    meter.measure("b", { done: 5, total: 10 });
    time = 1000;
    expect(meter.measure("a", { done: 1, total: 10 })).toEqual({ perSecond: 1, left: 9000 });
    expect(meter.measure("b", { done: 7, total: 10 })).toEqual({ perSecond: 2, left: 1500 });
  });
});
