/** Makes the server match the files, and records it. */
import { MigrateError } from "../contract/errors.js";
import type { ApplyOptions } from "../contract/options.js";
import type { ApplyResult } from "../contract/results.js";
import type { Migrations } from "../migrations/step.js";
import { applyPart, assertIsPart } from "./apply-part.js";
import { type Approved, approvedBy } from "./approval/approved.js";
import { assertSameSet } from "./approval/same-server.js";
import { optionWarnings } from "./approval/warn-of-options.js";
import { assessWhenReady } from "./assess.js";
import { olderFailure } from "./not-older.js";
import type { FirstLook } from "./open-server.js";
import { warn } from "./outcome.js";
import { withRun } from "./session.js";
import { endingOf, summarise } from "./summarise.js";
import { isNeeded, underLease } from "./under-lease.js";
import { withResult } from "./with-result.js";

/**
 * Applies what is pending, under the lease, and records it. It also resolves if a step failed, or if `timeout` or the
 * signal ended the run: see `result` and `failures`. Throws MigrateError if the run could not begin.
 */
export function apply(migrations: Migrations, options: ApplyOptions): Promise<ApplyResult>;
/**
 * @param first the state to continue from, if the first request was sent already
 * @internal
 */
export function apply(migrations: Migrations, options: ApplyOptions, first?: FirstLook): Promise<ApplyResult>;
export async function apply(migrations: Migrations, options: ApplyOptions, first?: FirstLook): Promise<ApplyResult> {
  const began = performance.now();
  const { part } = options;
  if (part) assertIsPart(part);
  const approved = await approvedIn(options, migrations);
  const run = await withRun(migrations, { ...options, approved, first }, async (opened) => {
    const assessment = await assessWhenReady(opened, { trustNodes: !opened.verify });
    opened.outcomes.push({ is: "begun", assessment });
    for (const warning of approved ? optionWarnings(approved.plan, opened) : []) warn(opened, warning);
    for (const warning of assessment.warnings) opened.emit({ type: "warning", ...warning });
    if (isNeeded(assessment)) await (part ? applyPart(opened, part, assessment) : underLease(opened, assessment));
    return opened;
  });
  const { outcomes, steps, place, couch } = run;
  const milliseconds = performance.now() - began;
  const result = summarise({ ...place, steps, part, approved }, outcomes, {
    requests: couch.requests,
    milliseconds,
  });
  const ending = endingOf(outcomes);
  if (ending) throw withResult(ending, result);
  if (!result.older) return result;
  // The error has the same information.
  if (options.onOlder === "fail") throw withResult(olderFailure(result.older), result);
  options.emit?.({ type: "older", steps: result.skipped.length, older: result.older });
  return result;
}

async function approvedIn(
  { plan, part, ...options }: ApplyOptions,
  { environment = options.environment }: Migrations,
): Promise<Approved | undefined> {
  if (plan === undefined) return undefined;
  if (part) throw new MigrateError("invalid-settings", { message: "a run can have a plan or a part, but not both" });
  const { parsePlan } = await import("./approval/parse-plan.js");
  const parsed = parsePlan(plan);
  assertSameSet(parsed, { ...options, environment });
  return approvedBy(parsed);
}
