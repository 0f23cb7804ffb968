/** When an index counts as built, and how long to wait before the next look. Pure. */
import type { IndexState } from "./index-state.js";

/** Looks in a row that have to agree: `_info` speaks for those copies that happened to answer. */
const agreeing = 3;
/** On a database that is written to all the time the index never has everything; then it has to keep up this long. */
const keepingUp = 12;
const fewest = 100;
/** Milliseconds. */
const shortest = 250;
const longest = 10_000;
/** Looks without any progress, after which CouchDB is asked why for the first time. */
const stalled = 8;

/** @param size changes of the whole build: what is behind by less than a hundredth of it is as good as there */
export function isBuilt(looks: readonly IndexState[], size: number): boolean {
  const last = looks.slice(-agreeing);
  const complete = (look: IndexState) => look.pending === 0 && !look.building && !look.uncommitted;
  if (last.length === agreeing && last.every(complete)) return true;
  const long = looks.slice(-keepingUp);
  const behind = Math.max(fewest, size / 100);
  // Committed at least once while it was up to date: what is written later is soon indexed again if it is lost.
  return long.length === keepingUp && long.every((look) => look.pending <= behind) && long.some(isCommitted);
}

/**
 * Looks without progress, and when they are so many that CouchDB is to be asked why. That question waits for the build,
 * on the server even when it is broken off here: so that none pile up in a build of days, the next one takes twice as
 * long to come each time.
 */
export class Standstill {
  #looks = 0;
  #enough = stalled;

  /** @param moved something was built since the look before */
  isToBeAsked(moved: boolean, building: boolean): boolean {
    // Nothing builds, though it was asked for: that is twice as odd as a build without progress.
    this.#looks = moved ? 0 : this.#looks + (building ? 1 : 2);
    if (this.#looks < this.#enough) return false;
    this.#looks = 0;
    this.#enough *= 2;
    return true;
  }
}

/**
 * How far a build is. Counted in changes that one copy of each range lacks: how many copies answer differs from look to
 * look, and the tasks of all nodes count each change once for each copy, so that sums over them jump.
 */
export class BuildProgress {
  #size = 0;
  #done = 0;
  #whole = 0;
  #ofTasks = 0;

  /** Whether something was built since the look before. */
  add(look: IndexState): boolean {
    this.#size = Math.max(this.#size, look.least);
    this.#whole = Math.max(this.#whole, look.pending, look.total);
    const done = Math.max(this.#done, this.#size - look.least);
    const moved = look.pending === 0 || done > this.#done || look.done > this.#ofTasks;
    this.#done = done;
    this.#ofTasks = Math.max(this.#ofTasks, look.done);
    return moved;
  }

  /** A server that was restarted begins again. */
  restart(): void {
    this.#done = 0;
    this.#ofTasks = 0;
  }

  get done(): number {
    return this.#done;
  }

  get size(): number {
    return this.#size;
  }

  /** Of all copies. */
  get whole(): number {
    return this.#whole;
  }
}

function isCommitted(look: IndexState): boolean {
  return !look.uncommitted;
}

/** Grows while there is much to do, so that a build of days is not asked after all the time. */
export function nextPause(pause: number, look: IndexState): number {
  if (look.pending === 0) return 2 * shortest;
  return Math.min(longest, Math.max(shortest, pause * 1.5));
}
