/** The result of a run before anything is known of its steps. Small, and apart: a run with nothing to do loads no more. */
import type { ApplyResult } from "../contract/results.js";

export type Measured = Pick<ApplyResult, "requests" | "milliseconds">;

/** It sets the order of the fields. */
export function emptyResult(set: string, { requests, milliseconds }: Measured): ApplyResult {
  return {
    formatVersion: 1,
    set,
    result: "unchanged",
    applied: [],
    removed: [],
    adopted: [],
    kept: [],
    unmatched: [],
    unchanged: [],
    skipped: [],
    unfinished: [],
    notReached: [],
    failures: [],
    warnings: [],
    requests: { ...requests },
    milliseconds: Math.round(milliseconds),
  };
}
