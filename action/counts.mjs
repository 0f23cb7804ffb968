/** What a plan comes to, and whether it fails the job. Pure. */

/** The outputs of the action that are numbers. */
export function countsOf(plan) {
  const due = (action) => plan.steps.filter((step) => step.applies && step.action === action).length;
  const refused = plan.steps.filter(isRefused).length;
  return {
    creates: due("create"),
    updates: due("update"),
    removes: due("remove"),
    refused: plan.refused ? Math.max(1, refused) : refused,
    rebuilds: plan.steps.flatMap(rebuildsOf).length,
    changes: plan.changes,
  };
}

export function isRefused(step) {
  return step.action === "refused";
}

export function removes(step) {
  return step.applies && step.action === "remove";
}

/** The indexes that CouchDB builds over existing documents. */
export function rebuildsOf({ applies, rebuilds }) {
  return applies ? rebuilds.filter(({ documents, reuses }) => documents > 0 && reuses === undefined) : [];
}

/**
 * Why the job fails; undefined: it does not.
 *
 * @param plan undefined: there is none
 * @param exitCode of `plan --detailed-exitcode`: 1, `apply` would refuse something; 2, changes are pending
 */
export function failureOf(plan, exitCode, failOn) {
  if (plan === undefined) return `couchdb-migrate ended with exit code ${exitCode}, and there is no plan`;
  if (failOn === "never") return undefined;
  if (exitCode === 1) return "apply would refuse this plan";
  if (failOn === "refused") return undefined;
  if (plan.steps.some(removes)) return `the plan removes something (fail-on: ${failOn})`;
  if (failOn === "removals" || exitCode === 0) return undefined;
  return `${plan.older ? "the files are older than what is applied" : "changes are pending"} (fail-on: ${failOn})`;
}
