/** Documents that differ from the step and stay as they are (`ifMissing`), as a plan shows them. Pure. */
import type { Kept } from "../kind.js";
import { changesOf, type Pending } from "./compare.js";
import { summarise } from "./summary.js";

/** Those of one step, the first of them as `sample`. */
export interface KeptDocuments {
  readonly count: number;
  readonly sample: readonly Pending[];
}

export function shownKept(all: readonly KeptDocuments[]): Kept[] {
  const sample = all.flatMap((one) => one.sample);
  const others = all.reduce((sum, one) => sum + one.count, 0) - sample.length;
  const rests = {
    kept: (documents: string) => ({ path: "/docs", before: `${documents}, which differ`, after: "as in this step" }),
  };
  const { changes } = summarise(sample, changesOf, () => "kept" as const, rests, { kept: others });
  return changes.map(({ path, before, after }) => ({ path, server: before, files: after }));
}
