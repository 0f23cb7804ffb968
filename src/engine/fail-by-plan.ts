import { failUnapproved } from "./approval/fail-unapproved.js";
import { assertSameServer } from "./approval/same-server.js";
import type { Assessment } from "./assess.js";
import { failPolicies } from "./fail-policies.js";
import { planAgain } from "./plan-again.js";
import type { Run } from "./session.js";

/**
 * Before the first write: plans again what is due, if the run has an approved plan or policies. If the approved plan does
 * not contain all of it, or a policy refuses some of it, fails those steps; the others are not started. False: nothing is
 * refused. Throws `other-plan`.
 *
 * @param warns report what policies warn about
 */
export async function failByPlan(run: Run, seen: Assessment, { warns }: { readonly warns: boolean }): Promise<boolean> {
  const { approved, policies } = run;
  const hasPolicies = Object.keys(policies).length > 0 && seen.due.size > 0;
  if (approved) assertSameServer(approved.plan, seen.stored?.ledger.server, run.couch.url);
  else if (!hasPolicies) return false;
  // No policy depends on what a script would do to documents.
  const now = await planAgain(approved ? run : { ...run, previews: false }, seen);
  return failUnapproved(run, seen, now) || (hasPolicies && failPolicies(run, seen, now, { warns }));
}
