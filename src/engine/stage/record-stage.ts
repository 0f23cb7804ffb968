/** Records a `stage` in the set's history. */
import { recordRun } from "../../ledger/history.js";
import { recordHead, type Worked } from "../run-record.js";
import type { Run } from "../session.js";
import type { Outcomes } from "./outcomes.js";

/** If that fails, the run does not. */
export async function recordStage(run: Run, outcomes: Outcomes, worked: Worked): Promise<void> {
  const { outcome, stagedIds: staged, failures } = outcomes;
  await recordRun(run.couch, run.place, {
    ...recordHead(run, worked),
    result: outcome === "failed" || outcome === "incomplete" || outcome === "interrupted" ? outcome : "staged",
    command: "stage",
    applied: [],
    adopted: [],
    ...(staged.length > 0 ? { staged } : {}),
    failures: failures.map(({ id, code }) => ({ id, code })),
  });
}
