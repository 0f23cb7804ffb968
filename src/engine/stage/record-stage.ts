/** Records a `stage` in the set's history. */
import type { RunRecord } from "../../contract/results.js";
import { recordedEnvironment, recordRun } from "../../ledger/history.js";
import { version } from "../../version.js";
import type { Run } from "../session.js";
import type { Outcomes } from "./outcomes.js";

interface Worked extends Pick<RunRecord, "milliseconds"> {
  readonly startedAt: Date;
}

/** If that fails, the run does not. */
export async function recordStage(run: Run, outcomes: Outcomes, worked: Worked): Promise<void> {
  const { outcome, stagedIds: staged, failures } = outcomes;
  await recordRun(run.couch, run.place, {
    startedAt: worked.startedAt.toISOString(),
    milliseconds: Math.round(worked.milliseconds),
    holder: run.leasing.holder,
    version,
    result: outcome === "failed" || outcome === "incomplete" || outcome === "interrupted" ? outcome : "staged",
    command: "stage",
    ...recordedEnvironment(run.place),
    applied: [],
    adopted: [],
    ...(staged.length > 0 ? { staged } : {}),
    failures: failures.map(({ id, code }) => ({ id, code })),
  });
}
