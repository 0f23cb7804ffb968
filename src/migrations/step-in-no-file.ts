import { LoadedStep } from "./loaded-step.js";
import type { Step } from "./step.js";

/** A step that the tool itself makes. It is in no file and no ledger, and nothing in it is secret. */
export function stepInNoFile(step: Pick<Step, "id" | "kind" | "desired">): Step {
  return new LoadedStep({
    ...step,
    shown: step.desired,
    secrets: new Map(),
    spoken: [],
    checksum: "",
    allowDestroy: true,
    position: { file: "", line: 1, column: 1 },
  });
}
