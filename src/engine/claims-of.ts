import { claimsIn, kindOf } from "../kinds/targets.js";
import { documentsOf } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import { masked } from "../secrets/masked.js";

/** The maximum per step, because the ledger is a single document. */
const maxClaims = 50;

/**
 * The objects that the step claims in these databases, for the ledger. Leaves out documents, whose number is
 * unlimited, and objects that are named by a secret.
 */
export function claimsOf(step: Step, databases: readonly string[]): { readonly claims?: readonly string[] } {
  const kind = kindOf(step);
  if (documentsOf(step)) return {};
  const shown = { ...step, desired: step.shown };
  const found =
    kind.scope === "server" ? kind.claims(step.shown) : databases.flatMap((database) => claimsIn(shown, database));
  const claims = [...new Set(found)];
  if (claims.length === 0 || claims.length > maxClaims || claims.some((claim) => claim.includes(masked))) return {};
  return { claims };
}
