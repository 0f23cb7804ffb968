/** Steps that remove what a set has made. They are in no file and no ledger. Pure. */
import { removalsOf } from "../../kinds/removal-of.js";
import { LoadedStep } from "../../migrations/loaded-step.js";
import type { Step } from "../../migrations/step.js";
import type { Made } from "./made.js";

export function removalSteps(objects: Made["objects"]): Step[] {
  return removalsOf(objects).map(
    ({ kind, desired }, i) =>
      new LoadedStep({
        id: `reset-${i + 1}`,
        kind,
        desired,
        // The ledger contains no names that are secret.
        shown: desired,
        secrets: new Map(),
        spoken: [],
        checksum: "",
        allowDestroy: true,
        position: { file: "", line: 1, column: 1 },
      }),
  );
}
