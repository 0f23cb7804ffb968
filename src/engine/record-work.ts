/** Records in the set's history what a piece of work did. */
import type { RunRecord } from "../contract/results.js";
import { recordedEnvironment, recordRun } from "../ledger/history.js";
import { version } from "../version.js";
import type { Run } from "./session.js";
import { latestWork, type Work } from "./summarise.js";

interface Worked extends Pick<RunRecord, "holder" | "milliseconds" | "part"> {
  readonly startedAt: Date;
}

/** Records the latest piece of work. If that fails, the run does not. */
export async function recordWork(run: Run, { startedAt, milliseconds, holder, part }: Worked): Promise<void> {
  const work = latestWork(run.outcomes);
  const { applied, adopted, kept, failures } = work;
  await recordRun(run.couch, run.place, {
    startedAt: startedAt.toISOString(),
    milliseconds: Math.round(milliseconds),
    holder,
    version,
    result: resultOf(work),
    ...recordedEnvironment(run.place),
    ...(part ? { part } : {}),
    ...(run.approved ? { approvedPlan: run.approved.plan.plannedAt } : {}),
    applied,
    adopted,
    ...(kept.length > 0 ? { kept: kept.map(({ id }) => id) } : {}),
    failures: failures.map(({ id, code }) => ({ id, code })),
  });
}

function resultOf({ failures, broken, ending, unfinished }: Work): RunRecord["result"] {
  if (broken || failures.length > 0) return "failed";
  if (ending?.code === "incomplete") return "incomplete";
  return ending || unfinished.length > 0 ? "interrupted" : "applied";
}
