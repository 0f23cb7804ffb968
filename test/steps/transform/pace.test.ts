import { expect, it } from "vitest";
import { Pace } from "../../../src/transform/pace.js";

/** Each line: how long the work took, the number of documents, and the pause after it. In milliseconds. */
type Turn = readonly [took: number, documents: number, waits: number];

async function waits(rate: number | undefined, turns: readonly Turn[]): Promise<number[]> {
  let [now, waited] = [5_000, 0];
  const clock = {
    now: () => now,
    sleep: async (milliseconds: number) => {
      waited += milliseconds;
      now += milliseconds;
    },
  };
  const pace = new Pace(rate, new AbortController().signal, clock);
  const found: number[] = [];
  for (const [took, documents] of turns) {
    now += took;
    waited = 0;
    await pace.did(documents);
    found.push(Math.round(waited));
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
