import { describe, expect, it } from "vitest";
import { PaceMeter } from "../../src/render/pace.js";

/** The pace after the last of these readings: seconds, and how much is done by then. */
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
    ["is unknown after one reading", [[0, 0]], 100, undefined],
    [
      "is known after two readings",
      [
        [0, 0],
        [10, 50],
      ],
      100,
      { perSecond: 5, left: 10_000 },
    ],
    [
      "is unknown after two readings within a second",
      [
        [0, 0],
        [0.9, 50],
      ],
      100,
      undefined,
    ],
    [
      "ignores what was done before the first reading",
      [
        [0, 40],
        [10, 50],
      ],
      100,
      { perSecond: 1, left: 50_000 },
    ],
    [
      "is unknown while nothing moves",
      [
        [0, 5],
        [10, 5],
      ],
      100,
      undefined,
    ],
    [
      "is unknown once the work is done",
      [
        [0, 5],
        [10, 100],
      ],
      100,
      undefined,
    ],
    [
      "starts again if the work starts again",
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
      "ignores readings from more than a minute ago",
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
      "is known even if readings are more than a minute apart",
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

  it("is separate for each piece of work", () => {
    let time = 0;
    const meter = new PaceMeter(() => time);
    meter.measure("a", { done: 0, total: 10 });
    meter.measure("b", { done: 5, total: 10 });
    time = 1000;
    expect(meter.measure("a", { done: 1, total: 10 })).toEqual({ perSecond: 1, left: 9000 });
    expect(meter.measure("b", { done: 7, total: 10 })).toEqual({ perSecond: 2, left: 1500 });
  });
});
