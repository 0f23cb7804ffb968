import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dependencies, type Ordered, runInOrder } from "../../src/engine/schedule.js";

const on = (...databases: string[]): Ordered => ({ barrier: false, databases });
const barrier: Ordered = { barrier: true, databases: [] };

describe("dependencies", () => {
  const cases: readonly (readonly [string, readonly Ordered[], readonly (readonly number[])[]])[] = [
    ["different databases do not wait for each other", [on("a"), on("b")], [[], []]],
    ["the same database in order", [on("a"), on("a"), on("a")], [[], [0], [1]]],
    ["a step on two databases waits for both", [on("a"), on("b"), on("a", "b")], [[], [], [0, 1]]],
    ["a barrier waits for all before it", [on("a"), on("b"), barrier], [[], [], [0, 1]]],
    ["all after a barrier wait for it", [barrier, on("a"), on("b")], [[], [0], [0]]],
    ["barriers follow each other", [barrier, barrier], [[], [0]]],
    [
      "a step without databases waits for the barrier, and the next barrier for it",
      [barrier, on(), barrier],
      [[], [0], [1]],
    ],
  ];
  test.each(cases)("%s", (_, steps, expected) => expect(dependencies(steps)).toEqual(expected));
});

/** The contract, spelt out: i may not begin before j is done. */
function mustWait(steps: readonly Ordered[], i: number, j: number): boolean {
  const [a, b] = [steps[j], steps[i]];
  if (!a || !b) return false;
  return a.barrier || b.barrier || a.databases.some((database) => b.databases.includes(database));
}

describe("runInOrder", () => {
  test("never begins a step before those that it may depend on are done, nor more at once than allowed", async () => {
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

  test("begins nothing after it was stopped, and names what was not begun", async () => {
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

  test("rejects with the first error, after what was begun has ended", async () => {
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
