import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dependencies, type Ordered, runInOrder, units } from "../../src/engine/schedule.js";

const on = (...databases: string[]): Ordered => ({ barrier: false, databases });
const joining = (...databases: string[]): Ordered => ({ barrier: false, databases, joins: true });
const joiningBarrier = (...databases: string[]): Ordered => ({ barrier: true, databases, joins: true });
const barrier: Ordered = { barrier: true, databases: [] };

describe("dependencies", () => {
  const cases: readonly (readonly [string, readonly Ordered[], readonly (readonly number[])[]])[] = [
    ["different databases do not wait for each other", [on("a"), on("b")], [[], []]],
    ["steps on the same database run in order", [on("a"), on("a"), on("a")], [[], [0], [1]]],
    ["a step on two databases waits for both", [on("a"), on("b"), on("a", "b")], [[], [], [0, 1]]],
    ["a barrier waits for all before it", [on("a"), on("b"), barrier], [[], [], [0, 1]]],
    ["everything after a barrier waits for it", [barrier, on("a"), on("b")], [[], [0], [0]]],
    ["barriers follow each other", [barrier, barrier], [[], [0]]],
    [
      "a step without databases waits for the barrier, and the next barrier for it",
      [barrier, on(), barrier],
      [[], [0], [1]],
    ],
  ];
  test.each(cases)("%s", (_, steps, expected) => expect(dependencies(steps)).toEqual(expected));
});

describe("units", () => {
  const cases: readonly (readonly [string, readonly Ordered[], readonly (readonly number[])[]])[] = [
    ["neighbours that may join are one unit", [on("a"), joining("a"), joining("a"), on("a")], [[0], [1, 2], [3]]],
    ["other neighbours are separate", [on("a"), on("a")], [[0], [1]]],
    ["a step in another database may be between them", [joining("a"), joining("b"), joining("a")], [[0, 2], [1]]],
    ["a step in the same database may not be between them", [joining("a"), on("a"), joining("a")], [[0], [1], [2]]],
    [
      "a step in the same database and others may not be between them",
      [joining("a"), on("b", "a"), joining("a")],
      [[0], [1], [2]],
    ],
    ["a barrier may not be between them", [joining("a"), barrier, joining("a")], [[0], [1], [2]]],
    ["other databases are another unit", [joining("a"), joining("a", "b"), joining("b")], [[0], [1], [2]]],
    ["neighbours in the same databases are one unit", [joining("a", "b"), joining("a", "b")], [[0, 1]]],
    [
      "a step in one of the databases may not be between them",
      [joining("a", "b"), on("b"), joining("a", "b")],
      [[0], [1], [2]],
    ],
    [
      "barriers with the same pattern are one unit",
      [joiningBarrier("a*"), joiningBarrier("a*"), barrier],
      [[0, 1], [2]],
    ],
    ["barriers with other patterns are separate", [joiningBarrier("a*"), joiningBarrier("b*")], [[0], [1]]],
    ["nothing may be between barriers", [joiningBarrier("a*"), joining("b"), joiningBarrier("a*")], [[0], [1], [2]]],
  ];
  test.each(cases)("%s", (_, steps, expected) => expect(units(steps)).toEqual(expected));

  test("are not larger than a hundred", () => {
    expect(units(Array.from({ length: 201 }, () => joining("a"))).map(({ length }) => length)).toEqual([100, 100, 1]);
  });
});

/** The contract, spelled out: i must not start before j is done. */
function mustWait(steps: readonly Ordered[], i: number, j: number): boolean {
  const [a, b] = [steps[j], steps[i]];
  if (!a || !b) return false;
  if (mayBeTogether(steps.slice(j, i + 1))) return false;
  return a.barrier || b.barrier || a.databases.some((database) => b.databases.includes(database));
}

/** The first and the last of them: what works in their databases works in the same ones, and may join. */
function mayBeTogether(steps: readonly Ordered[]): boolean {
  const [first] = steps;
  if (!first) return false;
  const there = first.barrier
    ? steps
    : steps.filter(({ barrier, databases }) => barrier || databases.some((name) => first.databases.includes(name)));
  const isAlike = (step: Ordered) =>
    step.joins === true && step.barrier === first.barrier && `${step.databases}` === `${first.databases}`;
  return there.includes(steps.at(-1) ?? first) && there.every(isAlike);
}

describe("runInOrder", () => {
  test("never starts a step before its dependencies are done, nor more steps concurrently than allowed", async () => {
    const step = fc.oneof(
      { weight: 1, arbitrary: fc.constant(barrier) },
      { weight: 6, arbitrary: fc.uniqueArray(fc.constantFrom("a", "b", "c"), { maxLength: 2 }).map((d) => on(...d)) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat(3)),
        async (steps, limit, turns) => {
          const done = new Set<number>();
          let running = 0;
          const left = await runInOrder(
            dependencies(steps),
            limit,
            () => false,
            async (index) => {
              running += 1;
              expect(running).toBeLessThanOrEqual(limit);
              for (let before = 0; before < index; before += 1) {
                if (mustWait(steps, index, before)) expect(done.has(before)).toBe(true);
              }
              for (let turn = turns.next().value; turn > 0; turn -= 1) await new Promise(setImmediate);
              running -= 1;
              done.add(index);
            },
          );
          expect(left).toEqual([]);
          expect(done.size).toBe(steps.length);
        },
      ),
    );
  });

  test("does the same with units", async () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 2 });
    const step = fc.oneof(
      { weight: 1, arbitrary: fc.constant(barrier) },
      { weight: 3, arbitrary: names.map((d) => on(...d)) },
      { weight: 5, arbitrary: names.map((d) => joining(...d)) },
      { weight: 2, arbitrary: names.map((d) => joiningBarrier(...d)) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.infiniteStream(fc.nat(3)), async (steps, turns) => {
        const together = units(steps);
        const done = new Set<number>();
        const work = async (index: number) => {
          for (let before = 0; before < index; before += 1) {
            if (mustWait(steps, index, before)) expect(done.has(before)).toBe(true);
          }
          for (let turn = turns.next().value; turn > 0; turn -= 1) await new Promise(setImmediate);
          done.add(index);
        };
        await runInOrder(
          dependencies(together.flatMap(([first = 0]) => steps[first] ?? [])),
          3,
          () => false,
          async (unit) => void (await Promise.all((together[unit] ?? []).map(work))),
        );
        expect([...done].sort((a, b) => a - b)).toEqual(steps.map((_, index) => index));
      }),
    );
  });

  test("starts nothing after it was stopped, and names what was not started", async () => {
    let stop = false;
    const left = await runInOrder(
      dependencies([on("a"), on("a"), on("a")]),
      2,
      () => stop,
      async (index) => {
        if (index === 1) stop = true;
      },
    );
    expect(left).toEqual([2]);
  });

  test("rejects with the first error, after all started steps have ended", async () => {
    const ended: number[] = [];
    const run = runInOrder(
      dependencies([on("a"), on("b"), on("a")]),
      2,
      () => false,
      async (index) => {
        if (index === 0) throw new Error("first");
        await new Promise(setImmediate);
        ended.push(index);
      },
    );
    await expect(run).rejects.toThrow("first");
    expect(ended).toEqual([1]);
  });
});
