import { describe, expect, it } from "vitest";
import {
  BuildProgress,
  isBuilt,
  isCaughtUp,
  isCommitting,
  nextPause,
  Standstill,
} from "../../../src/objects/design-docs/build-wait.js";
import type { IndexState } from "../../../src/objects/design-docs/index-state.js";

const look = (pending: number, more: Partial<IndexState> = {}): IndexState => ({
  pending,
  least: pending,
  done: 0,
  total: 0,
  building: false,
  uncommitted: false,
  signature: "x",
  ...more,
});
const complete = look(0);
const times = (n: number, one: IndexState) => Array.from({ length: n }, () => one);

describe("an index counts as built", () => {
  it.each<[string, IndexState[], boolean]>([
    ["not before the first reading", [], false],
    ["not if it was complete only twice", times(2, complete), false],
    ["if it was complete three times", [look(9), ...times(3, complete)], true],
    ["not if another copy lacks something in between", [...times(2, complete), look(1), complete], false],
    ["not if a node is still building", [...times(2, complete), look(0, { building: true })], false],
    ["not if it is not committed", [...times(2, complete), look(0, { uncommitted: true })], false],
    ["if it keeps up with constant writes", times(12, look(100, { building: true })), true],
    ["not if it has kept up only briefly", times(11, look(100)), false],
    ["not if it keeps up but is never committed", times(12, look(100, { uncommitted: true })), false],
    ["not if it does not keep up", [...times(11, look(100)), look(101)], false],
  ])("%s", (_, looks, built) => {
    expect(isBuilt(looks, { size: 1_000, copies: 3 })).toBe(built);
  });

  it.each<[string, IndexState[], boolean]>([
    ["if it was complete once", [look(9), complete], true],
    ["not if it has fallen behind since", [complete, look(101)], false],
    ["not if it is not committed", [look(0, { uncommitted: true })], false],
    ["if it lacks what was just written", [look(100, { building: true })], true],
    ["not if it lacks more, and keeps up only briefly", times(11, look(101)), false],
    ["not if it is never committed", times(12, look(0, { uncommitted: true })), false],
  ])("of which there is one copy: %s", (_, looks, built) => {
    expect(isBuilt(looks, { size: 1_000, copies: 1 })).toBe(built);
  });
});

it.each<[string, IndexState, boolean]>([
  ["if it has everything", look(0, { uncommitted: true }), true],
  ["if it keeps up with constant writes", look(100, { uncommitted: true }), true],
  ["not if it is committed", look(0), false],
  ["not if it is behind", look(101, { uncommitted: true }), false],
  ["not if a copy still builds it", look(0, { building: true, uncommitted: true }), false],
])("an index waits for the commit, %s", (_, one, waits) => {
  expect(isCommitting(one, 1_000)).toBe(waits);
});

it.each<[string, IndexState, boolean]>([
  ["an index that has everything", look(0, { uncommitted: true }), true],
  ["an index that keeps up with constant writes", look(100), true],
  ["an index that is behind", look(101), false],
  ["an index that a copy still builds", look(0, { building: true }), false],
])("another build may begin, or not, after %s", (_, one, may) => {
  expect(isCaughtUp(one, 1_000)).toBe(may);
});

describe("the progress of a build", () => {
  const of = (looks: readonly IndexState[]) => {
    const progress = new BuildProgress();
    return looks.map((one) => {
      const moved = progress.add(one);
      return [progress.done, progress.size, moved];
    });
  };

  it("has one total, however many copies answer, and whatever the sum of their tasks", () => {
    const looks = [
      look(600, { least: 600 }),
      look(1_800, { least: 600, total: 1_750, done: 30 }),
      look(900, { least: 400, total: 1_750, done: 500 }),
      look(1_100, { least: 450, total: 900, done: 300 }),
      look(0, { least: 0 }),
    ];
    expect(of(looks)).toEqual([
      [0, 600, false],
      [0, 600, true],
      [200, 600, true],
      [200, 600, false],
      [600, 600, true],
    ]);
  });

  it("has a larger total if more is written meanwhile", () => {
    expect(of([look(600), look(300), look(700)])).toEqual([
      [0, 600, false],
      [300, 600, true],
      [300, 700, false],
    ]);
  });

  it("starts again when the server restarts", () => {
    const progress = new BuildProgress();
    for (const one of [look(600), look(100)]) progress.add(one);
    progress.restart();
    progress.add(look(550));
    expect(progress.done).toBe(50);
  });
});

it("is checked less and less often, up to a limit", () => {
  const pauses = Array.from({ length: 30 }).reduce<number[]>(
    (all) => [...all, nextPause(all.at(-1) ?? 0, look(900), 1_000)],
    [],
  );
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(new Set(pauses).size).toBeGreaterThan(5);
  expect(pauses.at(-1)).toBe(10_000);
});

it.each<[string, IndexState, boolean]>([
  ["is up to date", complete, true],
  ["keeps up with constant writes", look(100), true],
  ["is behind", look(101), false],
  ["is still building", look(100, { building: true }), false],
])("is checked again soon if it %s", (_, one, soon) => {
  expect(nextPause(8_000, one, 1_000) < 1_000).toBe(soon);
});

describe("CouchDB is queried for the reason why nothing is built", () => {
  /** After which of these readings. */
  const asked = (looks: readonly (readonly [moved: boolean, building: boolean])[]) => {
    const standstill = new Standstill();
    return looks.flatMap(([moved, building], i) => (standstill.isToBeAsked(moved, building) ? [i + 1] : []));
  };
  const idle = (building: boolean) => Array.from({ length: 120 }, () => [false, building] as const);

  it("less and less often, because these queries stay on the server", () => {
    expect(asked(idle(true))).toEqual([8, 24, 56, 120]);
  });
  it("sooner if it does not even build", () => {
    expect(asked(idle(false))).toEqual([4, 12, 28, 60]);
  });
  it("never while there is progress now and then", () => {
    expect(asked(Array.from({ length: 120 }, (_, i) => [i % 7 === 0, true]))).toEqual([]);
  });
});
