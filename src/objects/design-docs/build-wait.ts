/** When an index counts as built, and how long to wait before the next check. Pure. */
import type { IndexState } from "./index-state.js";

/**
 * The number of consecutive checks that must agree if there are several copies: `_info` only describes those that
 * happened to answer.
 */
const agreeing = 3;
/** In a database with constant writes, the index never has everything; then it has to keep up for this many checks. */
const keepingUp = 12;
/** Changes. An index that lacks no more than these counts as up to date. */
const fewest = 100;
/** Milliseconds. */
const shortest = 250;
/** Between two checks of an index that is almost up to date. */
export const shortPause = 2 * shortest;
const longest = 10_000;
/** The number of checks without progress after which CouchDB is asked for the reason for the first time. */
const stalled = 8;

/** The size of a build, and how many copies of each range build it. */
export interface Extent {
  /** The number of changes of the whole build: an index that lacks less than a hundredth counts as up to date. */
  readonly size: number;
  readonly copies: number;
}

/** It is built, and committed to disk. */
export function isBuilt(looks: readonly IndexState[], { size, copies }: Extent): boolean {
  // The only copy of each range has answered. What an index lacks then is what was written in the last moments.
  if (copies < 2) return looks.slice(-1).some((look) => isCommitted(look) && look.pending <= fewest);
  const last = looks.slice(-agreeing);
  const complete = (look: IndexState) => look.pending === 0 && !look.building && isCommitted(look);
  if (last.length === agreeing && last.every(complete)) return true;
  const long = looks.slice(-keepingUp);
  // Committed at least once while it was up to date: if later changes are lost, they are soon indexed again.
  return long.length === keepingUp && !long.some((look) => isBehind(look.pending, size)) && long.some(isCommitted);
}

/** It is built, so that another build may begin. CouchDB commits it to disk some seconds later. */
export function isCaughtUp({ pending, building }: IndexState, size: number): boolean {
  return !building && !isBehind(pending, size);
}

/** It is built, and waits for the commit. */
export function isCommitting(look: IndexState, size: number): boolean {
  return isCaughtUp(look, size) && !isCommitted(look);
}

/**
 * Whether an index lacks more than constant writes explain.
 *
 * @param size the number of changes of the whole build
 */
export function isBehind(pending: number, size: number): boolean {
  return pending > Math.max(fewest, size / 100);
}

/**
 * Counts checks without progress, and decides when to ask CouchDB for the reason. That request waits for the build,
 * on the server even after it is aborted here. So that they do not pile up during a build of days, the pause doubles
 * after each one.
 */
export class Standstill {
  #looks = 0;
  #enough = stalled;

  /** @param moved something was built since the last check */
  isToBeAsked(moved: boolean, building: boolean): boolean {
    // If nothing is building although a build was requested, that is more suspicious than slow progress, so it counts
    // twice.
    this.#looks = moved ? 0 : this.#looks + (building ? 1 : 2);
    if (this.#looks < this.#enough) return false;
    this.#looks = 0;
    this.#enough *= 2;
    return true;
  }
}

/**
 * The progress of a build, counted as the changes that one copy of each range lacks. Sums would jump: the number of
 * copies that answer differs between checks, and the tasks of all nodes count each change once per copy.
 */
export class BuildProgress {
  #size = 0;
  #done = 0;
  #whole = 0;
  #ofTasks = 0;

  /** Whether something was built since the last check. */
  add(look: IndexState): boolean {
    this.#size = Math.max(this.#size, look.least);
    this.#whole = Math.max(this.#whole, look.pending, look.total);
    const done = Math.max(this.#done, this.#size - look.least);
    const moved = look.pending === 0 || done > this.#done || look.done > this.#ofTasks;
    this.#done = done;
    this.#ofTasks = Math.max(this.#ofTasks, look.done);
    return moved;
  }

  /** After a restart, the server starts again. */
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

  /** The total over all copies. */
  get whole(): number {
    return this.#whole;
  }
}

function isCommitted(look: IndexState): boolean {
  return !look.uncommitted;
}

/**
 * Grows while there is much to do, so that a build of days is not checked all the time. An index that is almost up to
 * date is checked often: with constant writes, it would be behind again after a long pause, at every check.
 *
 * @param size the number of changes of the whole build
 */
export function nextPause(pause: number, look: IndexState, size: number): number {
  if (look.pending === 0 || (!look.building && !isBehind(look.pending, size))) return shortPause;
  return Math.min(longest, Math.max(shortest, pause * 1.5));
}
