/** The combined result of all checks. Pure. */
import type { Check, Diagnosis } from "../contract/diagnosis.js";

export function resultOf(checks: readonly Check[]): Diagnosis["result"] {
  const has = (status: Check["status"]) => checks.some((check) => check.status === status);
  return has("problem") ? "problem" : has("warning") ? "warning" : "ok";
}

/** The same diagnosis, with additional checks at the beginning. */
export function withChecks(diagnosis: Diagnosis, before: readonly Check[]): Diagnosis {
  const checks = [...before, ...diagnosis.checks];
  return { ...diagnosis, result: resultOf(checks), checks };
}
