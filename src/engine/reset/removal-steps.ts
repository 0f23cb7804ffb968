/** Steps that remove what a set has created. Pure. */
import { removalsOf } from "../../kinds/removal-of.js";
import type { Step } from "../../migrations/step.js";
import { stepInNoFile } from "../../migrations/step-in-no-file.js";
import type { Removable } from "./removable.js";

/** @param objects from the ledger, which contains no names that are secret */
export function removalSteps(objects: Removable["objects"]): Step[] {
  return removalsOf(objects).map((removal, i) => stepInNoFile({ ...removal, id: `reset-${i + 1}` }));
}
