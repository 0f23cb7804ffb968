import { MigrateError } from "../contract/errors.js";
import type { Plan } from "../contract/results.js";
import { objectionsTo } from "../policies/index.js";
import type { Assessment } from "./assess.js";
import { failSome } from "./fail-some.js";
import { warn } from "./outcome.js";
import type { Run } from "./session.js";

/**
 * If a policy refuses some of what is due, fails those steps; the others are not started. False: no policy refuses
 * anything.
 *
 * @param now the plan of what is due
 * @param warns report what policies warn about
 */
export function failPolicies(run: Run, seen: Assessment, now: Plan, { warns }: { readonly warns: boolean }): boolean {
  const objections = objectionsTo(now, run.policies);
  for (const { id, action, message } of warns ? objections : [])
    if (action === "warn") warn(run, { code: "policy", message, id });
  const refused = objections.filter(({ action }) => action === "refuse");
  return failSome(
    run,
    seen.due,
    refused.map(({ id, message }) => [id, new MigrateError("policy", { message, data: { id } })]),
  );
}
