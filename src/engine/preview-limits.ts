/** Which previews of a plan are of documents that pending steps before them will change. Pure. */
import type { Step } from "../migrations/step.js";
import type { Difference } from "../steps/kind.js";
import { kindOf } from "../steps/targets.js";

interface Previewed {
  readonly database: string | undefined;
  /** There is work to do, as far as the ledger knows. */
  readonly due: boolean;
  readonly difference: Pick<Difference, "action" | "rebuilds">;
}

interface PlannedWork {
  readonly step: Step;
  readonly examined: readonly Previewed[];
}

const writes: ReadonlySet<Difference["action"]> = new Set(["create", "update", "remove"]);

/** For each step, in order: the ids of those whose changes its preview does not include. */
export function previewLimits(works: readonly PlannedWork[]): string[][] {
  const changers = new Map<string, { readonly id: string; readonly documents: "named" | "all" }[]>();
  return works.map(({ step, examined }) => {
    const { changesDocuments, previewsDocuments } = kindOf(step);
    const missing = new Set<string>();
    for (const { database = "", due, difference } of examined) {
      const before = changers.get(database) ?? [];
      const depends = previewsDocuments !== undefined && (due || writes.has(difference.action));
      // Of a design document or an index only the build is over documents.
      const shows = changesDocuments !== undefined || difference.rebuilds.length > 0;
      for (const { id, documents } of depends && shows ? before : []) {
        if (previewsDocuments === "all" || documents === "all") missing.add(id);
      }
      if (changesDocuments !== undefined && writes.has(difference.action)) {
        changers.set(database, [...before, { id: step.id, documents: changesDocuments }]);
      }
    }
    return [...missing];
  });
}
