/**
 * Reads what a run will look at that looks at every step, while the files of the later steps are still being parsed:
 * CouchDB and the parser are then at work at the same time. The gateway keeps the answers for the run. Nothing is
 * decided here, and what goes wrong is met again by whoever needs it.
 */
import { setImmediate as otherWork } from "node:timers/promises";
import pLimit from "p-limit";
import { isPattern } from "../../couch/pattern.js";
import { namedDatabases } from "../../kinds/targets.js";
import { aheadOf } from "../../kinds/traits.js";
import type { LoadOptions } from "../../migrations/load.js";
import type { FirstLook } from "../open-server.js";

/** @returns what is to be called with the steps of each file, and awaited before the next one is parsed */
export function lookAhead(
  { couch, ledger }: Pick<FirstLook, "couch" | "ledger">,
  concurrency: number,
): NonNullable<LoadOptions["eachFile"]> {
  const limited = pLimit(concurrency);
  const begun = new Set<string>();
  return async (steps) => {
    for (const step of steps) {
      const ahead = aheadOf(step);
      if (!ahead) continue;
      for (const database of namedDatabases(step)) {
        const key = `${step.kind} ${database}`;
        if (isPattern(database) || begun.has(key)) continue;
        begun.add(key);
        // Where there is no ledger, there is nothing yet that could be looked at.
        limited(async () => (await ledger) && ahead(couch, database)).catch(() => {});
      }
    }
    await otherWork();
  };
}
