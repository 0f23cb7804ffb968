/**
 * A policy. To add one: add its name to `policyNames` in contract/policies.ts, with a summary, write `src/policies/<name>.ts`, and add it
 * to the list in `index.ts`. It is a pure function of a plan, so `plan` and `apply` decide the same.
 */
import type { Policy } from "../contract/policies.js";
import type { Plan } from "../contract/results.js";

/** What a step would do that the policy is about. */
export interface Against {
  /** The id of the step. */
  readonly id: string;
  /** A phrase that follows `policy …:`. */
  readonly what: string;
}

export type PolicyKind = (plan: Pick<Plan, "steps" | "warnings">, policy: Policy) => readonly Against[];
