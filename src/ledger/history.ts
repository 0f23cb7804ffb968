/** The last runs of a set: one ordinary document, for people. No decision depends on it. */
import { isDeepStrictEqual } from "node:util";
import { MigrateError } from "../contract/errors.js";
import type { RunRecord } from "../contract/results.js";
import type { Couch } from "../couch/couch.js";
import { mayHaveHappened } from "../couch/lost-answer.js";
import { jitter } from "../couch/pause.js";
import { historyPath, type LedgerPlace } from "./place.js";

const kept = 50;

/**
 * One conflict for each run that another process recorded in the meantime: at most as many as there are parts, which
 * may all end at the same time.
 */
const maxConflicts = 100;
const mostFailures = 4;

/** A run that has to stop also waits this long, in milliseconds. */
const longestPause = 400;

/** Newest first; empty if there is no history. Sends one request. */
export async function readHistory(couch: Couch, place: LedgerPlace): Promise<readonly RunRecord[]> {
  return (await read(couch, place)).runs;
}

/** False: it could not be recorded, which does not fail the run. */
export async function recordRun(couch: Couch, place: LedgerPlace, record: RunRecord): Promise<boolean> {
  for (let [conflicts, failures] = [0, 0]; conflicts <= maxConflicts && failures <= mostFailures; ) {
    if (conflicts + failures > 0) await jitter(Math.min(100 * (conflicts + failures), longestPause));
    try {
      const { rev, runs } = await read(couch, place);
      // An earlier attempt may have succeeded although its answer was lost.
      if (runs.some((run) => isDeepStrictEqual(run, record))) return true;
      const body = {
        ...(rev === undefined ? {} : { _rev: rev }),
        type: "history",
        runs: [record, ...runs].slice(0, kept),
      };
      await couch.write("PUT", historyPath(place), { body, accept: [202], repeatable: false });
      return true;
    } catch (error) {
      if (error instanceof MigrateError && error.code === "conflict") conflicts += 1;
      else if (mayHaveHappened(error)) failures += 1;
      else return false;
    }
  }
  return false;
}

async function read(
  couch: Couch,
  place: LedgerPlace,
): Promise<{ rev: string | undefined; runs: readonly RunRecord[] }> {
  const answer = await couch.read<{ _rev?: string; runs?: unknown }>(historyPath(place), {
    accept: [404],
    fresh: true,
  });
  if (answer.status === 404) return { rev: undefined, runs: [] };
  const { _rev: rev, runs } = answer.body;
  return { rev, runs: Array.isArray(runs) ? runs : [] };
}
