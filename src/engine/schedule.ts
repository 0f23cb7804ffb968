/**
 * Order: a step does not start before the steps that it may depend on are done. Steps on different databases do not
 * depend on each other. Server-wide steps, and steps with patterns (which may match what an earlier step creates),
 * are barriers: they wait for all steps before them, and all steps after them wait for them.
 */

import { isDeepStrictEqual } from "node:util";

export interface Ordered {
  readonly barrier: boolean;
  readonly databases: readonly string[];
  /** The step may run together with neighbours in the same databases for which this is also true. */
  readonly joins?: boolean;
}

/** A unit that the next step in the same databases may join. */
interface Open {
  readonly unit: number[];
  readonly databases: readonly string[];
}

/** The maximum size of a unit: limits what has to be examined again after a crash, and what one request contains. */
const maxJoined = 100;

/**
 * Groups steps that may run together; each step is in one unit, and the units are ordered by their first steps. A
 * step joins a unit only if there is no step in between that it has to wait for. Pure.
 */
export function units(steps: readonly Ordered[]): readonly (readonly number[])[] {
  const found: number[][] = [];
  /** By database: the last unit that works there, if it can be joined. */
  let open = new Map<string, Open>();
  /** The last unit of all, if it is a barrier that can be joined. */
  let openBarrier: Open | undefined;
  steps.forEach(({ barrier, databases, joins = false }, index) => {
    const last = barrier ? [openBarrier] : databases.map((name) => open.get(name));
    const joined = joins ? joinable(last, databases) : undefined;
    joined?.unit.push(index);
    const begun = joined ?? { unit: [index], databases };
    if (!joined) found.push(begun.unit);
    if (barrier) open = new Map();
    openBarrier = barrier && joins ? begun : undefined;
    for (const name of barrier ? [] : databases) {
      if (joins) open.set(name, begun);
      else open.delete(name);
    }
  });
  return found;
}

/** @param last the last unit in each of these databases */
function joinable(last: readonly (Open | undefined)[], databases: readonly string[]): Open | undefined {
  const [first] = last;
  if (!first || first.unit.length >= maxJoined || last.some((one) => one !== first)) return undefined;
  return isDeepStrictEqual(first.databases, databases) ? first : undefined;
}

/** For each step, the indices of the steps that must be done before it, without those that follow from others. Pure. */
export function dependencies(steps: readonly Ordered[]): readonly (readonly number[])[] {
  let barrier: number | undefined;
  let lastOf = new Map<string, number>();
  return steps.map((step, index) => {
    if (step.barrier) {
      const before = new Set(lastOf.values());
      if (before.size === 0 && barrier !== undefined) before.add(barrier);
      barrier = index;
      lastOf = new Map();
      return [...before];
    }
    const before = new Set<number>();
    // A step without any database still has its position between the barriers.
    for (const database of step.databases.length > 0 ? step.databases : [""]) {
      const last = lastOf.get(database) ?? barrier;
      if (last !== undefined) before.add(last);
      lastOf.set(database, index);
    }
    return [...before];
  });
}

/**
 * Runs `work` for each index as soon as its dependencies are done, at most `concurrency` at a time, preferring the
 * order of the list. Starts nothing new once `stopped()` is true or a `work` has thrown. Resolves when everything
 * that was started has ended, with the indices that were not started. Rejects with the first error that `work` threw.
 */
export async function runInOrder(
  needs: readonly (readonly number[])[],
  concurrency: number,
  stopped: () => boolean,
  work: (index: number) => Promise<void>,
): Promise<number[]> {
  const missing = needs.map((need) => need.length);
  const followers = needs.map((): number[] => []);
  needs.forEach((need, index) => {
    for (const before of need) followers[before]?.push(index);
  });
  const ready = new ReadyQueue(needs.length);
  missing.forEach((count, index) => {
    if (count === 0) ready.add(index);
  });
  const begun = new Set<number>();
  let failure: { readonly error: unknown } | undefined;

  await new Promise<void>((resolve) => {
    let running = 0;
    const pump = () => {
      while (running < concurrency && !failure && !stopped()) {
        const index = ready.take();
        if (index === undefined) break;
        begun.add(index);
        running += 1;
        work(index)
          .then(
            () => {
              for (const next of followers[index] ?? []) {
                const left = (missing[next] ?? 0) - 1;
                missing[next] = left;
                if (left === 0) ready.add(next);
              }
            },
            (error: unknown) => {
              failure ??= { error };
            },
          )
          .finally(() => {
            running -= 1;
            pump();
          });
      }
      if (running === 0) resolve();
    };
    pump();
  });
  if (failure) throw failure.error;
  return needs.map((_, index) => index).filter((index) => !begun.has(index));
}

/** The lowest ready index first. */
class ReadyQueue {
  readonly #ready: boolean[];
  #next = 0;
  #count = 0;

  constructor(size: number) {
    this.#ready = new Array<boolean>(size).fill(false);
  }

  add(index: number): void {
    this.#ready[index] = true;
    this.#count += 1;
    if (index < this.#next) this.#next = index;
  }

  take(): number | undefined {
    if (this.#count === 0) return undefined;
    while (!this.#ready[this.#next]) this.#next += 1;
    const index = this.#next;
    this.#ready[index] = false;
    this.#count -= 1;
    return index;
  }
}
