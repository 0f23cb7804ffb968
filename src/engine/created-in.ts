/** The objects that a run created for a step, by database, as far as it is certain that nobody else did. Pure. */
import type { Inventory } from "../couch/inventory.js";
import { namedDatabases } from "../kinds/targets.js";
import { createdBy } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import type { Target } from "../steps/kind.js";
import type { Converged } from "./converge.js";

interface Success {
  readonly place: Target;
  readonly converged: Pick<Converged, "created">;
}

/** @param claims of the step, as the ledger has them: neither secret nor too many. Absent: nothing is known to be created. */
export function createdIn(
  step: Step,
  succeeded: readonly Success[],
  claims: readonly string[] | undefined,
  inventory: Pick<Inventory, "madeHere">,
): ReadonlyMap<string, readonly string[]> {
  const known = new Set(claims);
  // CouchDB also accepts the request for a database that somebody else has created in the meantime.
  if (!createdBy(step).every((name) => inventory.madeHere(name))) return new Map();
  const [home = ""] = namedDatabases(step);
  const found = succeeded.map(({ place, converged }) => {
    const objects = converged.created.filter((one) => known.has(one));
    return [place.database ?? home, objects] as const;
  });
  return new Map(found.filter(([, objects]) => objects.length > 0));
}
