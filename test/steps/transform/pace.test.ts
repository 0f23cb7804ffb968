import { expect, it } from "vitest";
import { Pace } from "../../../src/transform/pace.js";

/** Each line: how long the work took, how many documents it was, and how long is waited after it. Milliseconds. */
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
    "a batch a second",
    100,
    [
      [200, 100, 800],
      [300, 100, 700],
      [0, 100, 1_000],
    ],
  ],
  [
    "parts of a batch count as well",
    100,
    [
      [0, 50, 500],
      [100, 10, 0],
      [0, 100, 1_000],
    ],
  ],
  [
    "what was slow is not made up for",
    100,
    [
      [5_000, 100, 0],
      [0, 100, 1_000],
    ],
  ],
  [
    "where nothing was changed nothing is waited for",
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

it("does not wait on when the run is stopped", async () => {
  const stop = new AbortController();
  const pace = new Pace(1, stop.signal);
  const paused = pace.did(1_000_000);
  stop.abort();
  await paused;
});
