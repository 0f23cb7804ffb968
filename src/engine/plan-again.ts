import type { Plan } from "../contract/results.js";
import { ScriptOutput } from "../steps/script-output.js";
import type { Assessment } from "./assess.js";
import { planRun } from "./plan.js";
import { type Run, untilDone } from "./session.js";

/** The plan of what is due, for a decision before the first write. */
export async function planAgain(run: Run, seen: Assessment): Promise<Plan> {
  const plan = await untilDone(run, () => planRun(silent(run), seen, seen.due));
  // Each step reads again what it writes.
  run.couch.forget();
  return plan;
}

/** What scripts print is reported when they are applied. */
function silent(run: Run): Run {
  return { ...run, emit: () => {}, scriptOutput: new ScriptOutput(() => {}, run.secrets.foreign) };
}
