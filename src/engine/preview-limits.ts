/** Finds previews of documents that earlier pending steps will change. Pure. */

import { documentsOf } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import type { Difference } from "../steps/difference.js";

interface Previewed {
  readonly database: string | undefined;
  /** The step has work to do, as far as the ledger knows. */
  readonly due: boolean;
  readonly difference: Pick<Difference, "action" | "rebuilds">;
}

interface PlannedWork {
  readonly step: Step;
  readonly examined: readonly Previewed[];
}

const writes: ReadonlySet<Difference["action"]> = new Set(["create", "update", "remove"]);

/** Returns for each step, in order, the ids of the steps whose changes its preview does not include. */
export function previewLimits(works: readonly PlannedWork[]): string[][] {
  const changers = new Map<string, { readonly id: string; readonly documents: "named" | "all" }[]>();
  return works.map(({ step, examined }) => {
    const written = documentsOf(step);
    const missing = new Set<string>();
    for (const { database = "", due, difference } of examined) {
      const before = changers.get(database) ?? [];
      // An index build reads all documents.
      const shown = written ?? (difference.rebuilds.length > 0 ? "all" : undefined);
      const depends = shown !== undefined && (due || writes.has(difference.action));
      for (const { id, documents } of depends ? before : []) {
        if (shown === "all" || documents === "all") missing.add(id);
      }
      if (written !== undefined && writes.has(difference.action)) {
        changers.set(database, [...before, { id: step.id, documents: written }]);
      }
    }
    return [...missing];
  });
}
