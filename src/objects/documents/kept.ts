/** Documents that differ from the step and are left as they are (`ifMissing`), as a plan shows them. Pure. */
import type { Change, Kept } from "../../steps/difference.js";
import { changesOf, type Pending } from "./compare.js";
import { summarise } from "./summary.js";

/** The kept documents of one step, the first of them as `sample`. */
export interface KeptDocuments {
  readonly count: number;
  readonly sample: readonly Pending[];
}

export function shownKept(all: readonly KeptDocuments[]): Kept[] {
  const sample = all.flatMap((one) => one.sample);
  const total = all.reduce((sum, one) => sum + one.count, 0);
  const documentOf = new Map<Change, string>();
  const tagged = (pending: Pending) => {
    const found = changesOf(pending);
    for (const change of found) documentOf.set(change, pending.document._id);
    return found;
  };
  const rests = {
    kept: (documents: string) => ({ path: "/docs", before: `${documents}, which differ`, after: "as in this step" }),
  };
  const { changes } = summarise(sample, tagged, () => "kept" as const, rests, { kept: total - sample.length });
  const listed = new Set(documentOf.values()).size;
  return changes.map((change): Kept => {
    const document = documentOf.get(change);
    const { path, before: server, after: files } = change;
    return { path, server, files, ...(document === undefined ? { documents: total - listed } : { document }) };
  });
}
