/** What a plan says about an index that `stage` builds ahead. Pure. */
import type { Rebuild } from "../../steps/difference.js";
import { isBehind } from "./build-wait.js";
import { companionIn, stagedName } from "./companions.js";
import { type DesignDoc, hasSameIndex } from "./design-doc.js";

interface Observed {
  /** All design documents of the database, by name. */
  readonly docs: Readonly<Record<string, DesignDoc>>;
  readonly set: string;
  readonly documents: number;
}

/**
 * For the design document `name`, in the form in which it will be written.
 *
 * @param pending the changes that its index lacks; undefined: unknown
 */
export function aheadOf(
  { docs, set, documents }: Observed,
  name: string,
  doc: DesignDoc,
  pending: number | undefined,
): Pick<Rebuild, "ahead"> {
  const staged = stagedName(set, name, doc);
  const stored = Object.hasOwn(docs, staged) ? docs[staged] : undefined;
  // Somebody may have edited it.
  if (!stored || !hasSameIndex(stored, doc)) return {};
  const companion = companionIn(stored);
  if (companion?.role !== "staged" || !companion.ahead) return {};
  const { since } = companion;
  const left = pending === undefined ? {} : { pending };
  return { ahead: { name: staged, since, ...left, ready: pending !== undefined && !isBehind(pending, documents) } };
}
