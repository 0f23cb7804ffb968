/** Records in the set's history what a piece of work did. */
import type { RunRecord } from "../contract/results.js";
import { recordRun } from "../ledger/history.js";
import { recordHead, type Worked } from "./run-record.js";
import type { Run } from "./session.js";
import { latestWork, type Work } from "./summarise.js";

/** `holder`: absent, it is that of the run. */
interface Piece extends Worked, Partial<Pick<RunRecord, "holder" | "part">> {}

/** Records the latest piece of work. If that fails, the run does not. */
export async function recordWork(run: Run, { holder, part, ...worked }: Piece): Promise<void> {
  const work = latestWork(run.outcomes);
  const { applied, adopted, kept, failures } = work;
  await recordRun(run.couch, run.place, {
    ...recordHead(run, worked),
    ...(holder === undefined ? {} : { holder }),
    result: resultOf(work),
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
