import { MigrateError } from "../contract/errors.js";
import { objectionsTo } from "../policies/index.js";
import type { Assessment } from "./assess.js";
import { fail, warn } from "./outcome.js";
import { planAgain } from "./plan-again.js";
import type { Run } from "./session.js";

/**
 * Before the first write: plans again what is due. If a policy refuses some of it, fails those steps; the others are not
 * started. False: no policy refuses anything.
 *
 * @param warns report what policies warn about
 */
export async function failPolicies(
  run: Run,
  seen: Assessment,
  { warns }: { readonly warns: boolean },
): Promise<boolean> {
  const { policies } = run;
  if (Object.keys(policies).length === 0 || seen.due.size === 0) return false;
  // What a script would do to documents is no matter of a policy.
  const objections = objectionsTo(await planAgain({ ...run, previews: false }, seen), policies);
  for (const { id, action, message } of warns ? objections : [])
    if (action === "warn") warn(run, { code: "policy", message, id });
  const refused = objections.filter(({ action }) => action === "refuse");
  if (refused.length === 0) return false;
  for (const { id, message } of refused)
    fail(run, id, undefined, new MigrateError("policy", { message, data: { id } }));
  const failed = new Set(refused.map(({ id }) => id));
  for (const id of seen.due) if (!failed.has(id)) run.outcomes.push({ is: "not-reached", id });
  return true;
}
