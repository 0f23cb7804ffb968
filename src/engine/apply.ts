/** Brings the server to what the files ask for, and records it. */
import { MigrateError } from "../contract/errors.js";
import type { ApplyOptions } from "../contract/options.js";
import type { ApplyResult, OlderFiles } from "../contract/results.js";
import type { Migrations } from "../migrations/step.js";
import { notAppliedText } from "../text/not-applied.js";
import { assessWhenReady } from "./assess.js";
import type { FirstLook } from "./first-look.js";
import { assertIsPart, PartWork } from "./part-work.js";
import { withRun } from "./session.js";
import { workUnderLease } from "./under-lease.js";
import { Work } from "./work.js";

/**
 * Applies what is pending, under the lease, and records it. Resolves also if a step failed, or if `timeout` or the
 * signal ended the run: see `result` and `failures`. Throws MigrateError if the run could not begin.
 */
export function apply(migrations: Migrations, options: ApplyOptions): Promise<ApplyResult>;
/**
 * @param first what the run continues with, where its first request is already sent
 * @internal
 */
export function apply(migrations: Migrations, options: ApplyOptions, first?: FirstLook): Promise<ApplyResult>;
export async function apply(migrations: Migrations, options: ApplyOptions, first?: FirstLook): Promise<ApplyResult> {
  const began = performance.now();
  const { part } = options;
  if (part) assertIsPart(part);
  const work = await withRun(migrations, { ...options, first }, async (run, why) => {
    const seen = await assessWhenReady(run, { trustNodes: !run.verify });
    for (const warning of seen.warnings) run.emit({ type: "warning", ...warning });
    if (seen.due.size === 0 && !seen.files.toNote) return new Work(run, seen);
    if (!part) return workUnderLease(run, seen, why);
    const one = new PartWork(run, part, why, seen);
    await one.run();
    return one;
  });
  const result = work.result(performance.now() - began);
  if (work.ending) throw incomplete(work.ending, result);
  if (!result.older) return result;
  options.emit?.({ type: "older", steps: result.skipped.length, older: result.older });
  if (options.onOlder === "fail") throw incomplete(olderFailure(result.older), result);
  return result;
}

function olderFailure({ reason, next }: OlderFiles): MigrateError {
  return new MigrateError("older-files", { message: notAppliedText(reason), next });
}

/** The error, with what had become of the steps by then as `data.result`. */
function incomplete({ code, message, data, next, cause }: MigrateError, result: ApplyResult): MigrateError {
  return new MigrateError(code, { message, data: { ...data, result }, next, cause });
}
