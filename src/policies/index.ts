/** The registry of policies, and what a plan does against those that are set. Pure. */
import { type Policies, type PolicyAction, type PolicyName, policyNames } from "../contract/policies.js";
import type { Plan } from "../contract/results.js";
import type { Against, PolicyKind } from "./kind.js";
import { openDatabases } from "./open-databases.js";
import { rebuildsInPlace } from "./rebuilds-in-place.js";
import { removals } from "./removals.js";

const kinds: Readonly<Record<PolicyName, PolicyKind>> = {
  removals,
  "rebuilds-in-place": rebuildsInPlace,
  "open-databases": openDatabases,
};

export interface Objection {
  /** The id of the step. */
  readonly id: string;
  readonly action: PolicyAction;
  readonly message: string;
}

/** What the plan's steps do against the policies. */
export function objectionsTo(plan: Pick<Plan, "steps" | "warnings">, policies: Policies): Objection[] {
  return policyNames.flatMap((name) => {
    const policy = policies[name];
    if (!policy) return [];
    const found: readonly Against[] = kinds[name](plan, policy);
    return found.map(({ id, what }) => ({ id, action: policy.action, message: `policy \`${name}\`: ${what}` }));
  });
}

/** The plan with what the policies refuse and warn about. */
export function underPolicies(plan: Plan, policies: Policies): Plan {
  const objections = objectionsTo(plan, policies);
  if (objections.length === 0) return plan;
  const steps = plan.steps.map((step) => {
    const own = objections.filter(({ id }) => id === step.id);
    if (own.length === 0) return step;
    const noted = { ...step, notes: [...step.notes, ...own.map(({ message }) => message)] };
    if (!own.some(({ action }) => action === "refuse")) return noted;
    const { approvals: _, ...refused } = noted;
    return { ...refused, action: "refused" as const, applies: false };
  });
  const warnings = objections.flatMap(({ id, action, message }) =>
    action === "warn" ? [{ code: "policy", message, id }] : [],
  );
  return {
    ...plan,
    steps,
    changes: steps.filter(({ applies }) => applies).length,
    warnings: [...plan.warnings, ...warnings],
  };
}
