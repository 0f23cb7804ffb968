/** Where the steps of a run work, given the databases that exist. Pure. */

import { kindOf, type Names, placeIn } from "../kinds/targets.js";
import { createdBy, isOnce, removedBy } from "../kinds/traits.js";
import type { LedgerPlace } from "../ledger/place.js";
import type { Step } from "../migrations/step.js";
import type { Target } from "../steps/kind.js";
import type { PlacedStep } from "./decide.js";

interface PlacedRun {
  readonly steps: readonly Step[];
  readonly place: LedgerPlace;
}

/** A pattern also matches databases that earlier steps create: if one of them is missing, the step has work, too. */
export function placeSteps(run: PlacedRun, existing: Names): PlacedStep[] {
  const names = new Set(existing.keys());
  return run.steps.map((step) => {
    const databases = placeIn(step, names, run.place.database);
    for (const made of createdBy(step)) names.add(made);
    const removed = removedBy(step);
    if (removed !== undefined) names.delete(removed);
    const kind = kindOf(step);
    const claims = kind.scope === "server" ? { claims: kind.claims(step.shown) } : {};
    return { step, databases, oneTime: isOnce(step), ...claims };
  });
}

/** Where a step works, given the databases that exist. */
export function targetsOf(
  { place }: Pick<PlacedRun, "place">,
  step: Step,
  existing: ReadonlyMap<string, string>,
): Target[] {
  if (kindOf(step).scope === "server") return [{}];
  return placeIn(step, existing, place.database).map((database) => ({ database }));
}
