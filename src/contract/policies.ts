/** Policies: what a run may not do, or has to warn about, whatever the files say. */

export const policyNames = ["removals", "rebuilds-in-place", "open-databases"] as const;
export type PolicyName = (typeof policyNames)[number];

export const policyActions = ["warn", "refuse"] as const;
export type PolicyAction = (typeof policyActions)[number];

export interface Policy {
  readonly action: PolicyAction;
  /** Only for `rebuilds-in-place`: allow builds that read at most this many documents. Default 0. */
  readonly over?: number;
}

/** Absent: allowed. */
export type Policies = Readonly<Partial<Record<PolicyName, Policy>>>;
