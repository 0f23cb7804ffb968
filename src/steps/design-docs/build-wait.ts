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
/** Looks without any progress, after which CouchDB is asked why. */
export const stalled = 8;

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

function isCommitted(look: IndexState): boolean {
  return !look.uncommitted;
}

/** Grows while there is much to do, so that a build of days is not asked after all the time. */
export function nextPause(pause: number, look: IndexState): number {
  if (look.pending === 0) return 2 * shortest;
  return Math.min(longest, Math.max(shortest, pause * 1.5));
}
