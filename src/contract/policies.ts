/** Policies: what a run may not do, or has to warn about, whatever the files say. */

export const policyNames = ["removals", "rebuilds-in-place", "open-databases"] as const;
export type PolicyName = (typeof policyNames)[number];

/**
 * What each policy is about, for editors.
 *
 * @internal
 */
export const policySummaries: Readonly<Record<PolicyName, string>> = {
  removals: "Steps that remove something, even if `--allow-destroy` or `allowDestroy` allows it.",
  "rebuilds-in-place": "Indexes that CouchDB rebuilds while nothing serves their queries.",
  "open-databases": "Databases that everybody may read and write, because they have no members.",
};

/**
 * Whether the policy may have `over`.
 *
 * @internal
 */
export function takesLimit(name: PolicyName): boolean {
  return name === "rebuilds-in-place";
}

export const policyActions = ["warn", "refuse"] as const;
export type PolicyAction = (typeof policyActions)[number];

export interface Policy {
  readonly action: PolicyAction;
  /** Only for `rebuilds-in-place`: allow builds that read at most this many documents. Default 0. */
  readonly over?: number;
}

/** Absent: allowed. */
export type Policies = Readonly<Partial<Record<PolicyName, Policy>>>;
