import { describe, expect, it } from "vitest";
import { Pace, ViewPace } from "../../../src/objects/documents/pace.js";

/** Each line: how long the work took, the number of documents, and the pause after it. In milliseconds. */
type Turn = readonly [took: number, documents: number, waits: number];

/** A clock that only moves when told, or while somebody sleeps. */
class TestClock {
  slept = 0;
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  readonly now = () => this.#now;

  readonly sleep = async (milliseconds: number) => {
    this.slept += milliseconds;
    this.#now += milliseconds;
  };

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

async function waits(rate: number | undefined, turns: readonly Turn[]): Promise<number[]> {
  const clock = new TestClock(5_000);
  const pace = new Pace(rate, new AbortController().signal, clock);
  const found: number[] = [];
  for (const [took, documents] of turns) {
    clock.pass(took);
    clock.slept = 0;
    await pace.did(documents);
    found.push(Math.round(clock.slept));
  }
  return found;
}

const cases: [title: string, rate: number | undefined, turns: Turn[]][] = [
  ["no rate, no pause", undefined, [[1, 1_000, 0]]],
  [
    "one batch per second",
    100,
    [
      [200, 100, 800],
      [300, 100, 700],
      [0, 100, 1_000],
    ],
  ],
  [
    "partial batches count, too",
    100,
    [
      [0, 50, 500],
      [100, 10, 0],
      [0, 100, 1_000],
    ],
  ],
  [
    "slow batches are not made up for",
    100,
    [
      [5_000, 100, 0],
      [0, 100, 1_000],
    ],
  ],
  [
    "there is no pause if nothing was changed",
    100,
    [
      [10, 0, 0],
      [10, 1, 0],
      [0, 1, 10],
    ],
  ],
];
it.each(cases)("%s", async (_, rate, turns) =>
  expect(await waits(rate, turns)).toEqual(turns.map(([, , wait]) => wait)),
);

it("a pause ends when the run is stopped", async () => {
  const stop = new AbortController();
  const pace = new Pace(1, stop.signal);
  const paused = pace.did(1_000_000);
  stop.abort();
  await paused;
});

describe("auto", () => {
  /** What the views lack at each question; how often it was asked, and how long the step waited, in milliseconds. */
  async function asks(lags: readonly number[], everyBatch: number, batches: number) {
    const clock = new TestClock(0);
    let asked = 0;
    const lag = async () => lags[Math.min(asked++, lags.length - 1)] ?? 0;
    const pace = new ViewPace(lag, new AbortController().signal, clock);
    for (let i = 0; i < batches; i += 1) {
      clock.pass(everyBatch);
      await pace.did();
    }
    return { asked, waited: clock.slept };
  }

  it("does not wait for views that keep up, and asks every two seconds", async () => {
    expect(await asks([0, 4_000, 5_000], 500, 12)).toEqual({ asked: 3, waited: 0 });
  });

  it("waits until the views have caught up", async () => {
    expect(await asks([9_000, 7_000, 6_000, 100], 2_000, 1)).toEqual({ asked: 4, waited: 6_000 });
  });

  it("continues after a minute with views that do not catch up", async () => {
    expect(await asks([9_000], 2_000, 2)).toEqual({ asked: 62, waited: 120_000 });
  });
});
