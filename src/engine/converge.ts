/** Makes one step hold in one place: observe, compare, write, and repeat if the outcome is in doubt. */
import { type ErrorCode, MigrateError, toMigrateError } from "../contract/errors.js";
import type { Kept } from "../contract/results.js";
import { rest } from "../couch/pause.js";
import { kindOf } from "../kinds/targets.js";
import { isProvenByApply } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import { inPlace } from "../steps/in-place.js";
import type { Target } from "../steps/kind.js";
import { type ToldWarning, tell } from "../steps/warnings.js";
import { assertApproved } from "./approval/assert-approved.js";
import { contextOf, examine } from "./examine.js";
import { prove } from "./prove.js";
import type { Run } from "./session.js";

export interface Converged {
  /** Something was written. */
  readonly wrote: boolean;
  /** The objects that did not exist before, as the kind claims them. */
  readonly created: readonly string[];
  readonly warnings: readonly ToldWarning[];
  /** What differs and is left as it is. */
  readonly kept: readonly Kept[];
}

const attempts = 5;
const firstPause = 200;

/** After these errors, the server may hold something else than what was last read: observe again, then decide. */
const inDoubt: ReadonlySet<ErrorCode> = new Set(["outcome-unknown", "conflict", "below-quorum"]);

/** Does `work`, and repeats it if its outcome is in doubt: `work` has to check what was done before. */
export async function untilNoDoubt(
  run: Run,
  database: string,
  assertHeld: () => void,
  work: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    assertHeld();
    try {
      return await work();
    } catch (thrown) {
      const error = toMigrateError(thrown);
      if (!inDoubt.has(error.code) || attempt > attempts) throw error;
      run.couch.forget(database);
      await pauseAfter(attempt, run.signal);
    }
  }
}

/**
 * @param present what is known about the target's database; false: it does not exist, so there is nothing to observe.
 * @param assertHeld throws if the lease is lost or the run has to stop; called before each write.
 */
export async function converge(
  run: Run,
  step: Step,
  target: Target,
  present: boolean,
  assertHeld: () => void,
): Promise<Converged> {
  let wrote = false;
  let doubt: MigrateError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const difference = await examine(run, step, target, present || wrote);
    if (difference.action === "refused") {
      throw new MigrateError("refused", { message: difference.refusal ?? "refused", data: { id: step.id } });
    }
    if (difference.action === "none") {
      // Only a minority stored the write (202): even if it can be read back, it is not durable.
      if (doubt?.code === "below-quorum") throw doubt;
      return { wrote, created: [], warnings: difference.warnings, kept: difference.kept ?? [] };
    }
    assertApproved(run, step, target, difference);
    if (doubt && attempt > attempts) throw doubt;
    if (doubt) await pauseAfter(attempt - 1, run.signal);
    assertHeld();
    try {
      wrote = true;
      const said = await inPlace(kindOf(step), { ...contextOf(run, step, target), assertHeld }).apply(difference.write);
      if (!isProvenByApply(step)) await prove(run, step, target);
      const { warnings, kept = [], created = [] } = difference;
      return { wrote, created, warnings: [...warnings, ...(said ?? []).map(tell)], kept };
    } catch (thrown) {
      const error = toMigrateError(thrown);
      if (!inDoubt.has(error.code)) throw error;
      doubt = error;
      run.couch.forget(target.database);
    }
  }
}

/** Twice as long after each attempt. */
async function pauseAfter(attempt: number, signal: AbortSignal): Promise<void> {
  await rest(firstPause * 2 ** (attempt - 1), signal);
}
