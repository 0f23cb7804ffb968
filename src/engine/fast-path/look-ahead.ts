/**
 * If a run examines every step, reads what it will need while the files of later steps are still being parsed, so
 * that CouchDB and the parser work at the same time. The gateway caches the answers for the run. Nothing is decided
 * here; the code that needs an answer hits any error again.
 */
import { setImmediate as otherWork } from "node:timers/promises";
import { isPattern } from "../../couch/pattern.js";
import { namedDatabases } from "../../kinds/targets.js";
import { aheadOf } from "../../kinds/traits.js";
import type { LoadOptions } from "../../migrations/load.js";
import type { FirstLook } from "../open-server.js";

/** @returns a function to call with the steps of each file, and to await before the next file is parsed */
export function lookAhead({
  couch,
  ledger,
}: Pick<FirstLook, "couch" | "ledger">): NonNullable<LoadOptions["eachFile"]> {
  const begun = new Set<string>();
  return async (steps) => {
    for (const step of steps) {
      const ahead = aheadOf(step);
      if (!ahead) continue;
      for (const database of namedDatabases(step)) {
        const key = `${step.kind} ${database}`;
        if (isPattern(database) || begun.has(key)) continue;
        begun.add(key);
        // Without a ledger, there is nothing to read yet.
        ledger.then((stored) => stored && ahead(couch, database)).catch(() => {});
      }
    }
    await otherWork();
  };
}
