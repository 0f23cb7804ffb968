/**
 * The result of a run before anything is known about its steps. In a small file of its own, because a run with
 * nothing to do loads nothing else.
 */
import type { ApplyResult } from "../contract/results.js";
import { environmentIn } from "../ledger/place.js";

export type Measured = Pick<ApplyResult, "requests" | "milliseconds">;

/** What the run was asked to work on. */
export interface Asked {
  readonly set: string;
  readonly environment?: string;
}

/** Sets the order of the fields. */
export function emptyResult({ set, ...asked }: Asked, { requests, milliseconds }: Measured): ApplyResult {
  return {
    formatVersion: 1,
    set,
    ...environmentIn(asked),
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
