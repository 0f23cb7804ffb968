/** What a run has done, in the set's history. */
import type { MigrateError } from "../contract/errors.js";
import type { Failure, RunRecord } from "../contract/results.js";
import { recordRun } from "../ledger/history.js";
import { version } from "../version.js";
import type { Run } from "./session.js";

export interface Worked extends Pick<RunRecord, "applied" | "adopted" | "kept" | "part"> {
  readonly holder: string;
  readonly startedAt: Date;
  readonly milliseconds: number;
  readonly failures: readonly Failure[];
  /** It has broken off though no step failed. */
  readonly broken?: boolean;
  /** What has stopped it before it was done. */
  readonly stopped: MigrateError | undefined;
}

/** That it can't be recorded is no failure of the run. */
export async function recordWork(run: Run, worked: Worked): Promise<void> {
  const { startedAt, milliseconds, holder, part, applied, adopted, kept, failures, broken, stopped } = worked;
  await recordRun(run.couch, run.place, {
    startedAt: startedAt.toISOString(),
    milliseconds: Math.round(milliseconds),
    holder,
    version,
    result: broken || failures.length > 0 ? "failed" : outcome(stopped),
    ...(part ? { part } : {}),
    applied,
    adopted,
    ...(kept ? { kept } : {}),
    failures: failures.map(({ id, code }) => ({ id, code })),
  });
}

function outcome(stopped: MigrateError | undefined): RunRecord["result"] {
  if (stopped?.code === "come-again") return "come-again";
  return stopped ? "interrupted" : "applied";
}
