import type { PlannedStep } from "../../contract/results.js";
import type { Reference } from "./model.js";

export function referenceTo({ id, file, line }: PlannedStep): Reference {
  return { id, at: `${file}:${line}` };
}
