/** Decides which indexes need a staged deployment, and what a step does with its companions. Pure. */

import type { Rebuild } from "../../steps/difference.js";
import { aheadOf } from "../design-docs/ahead.js";
import { companionsOf, stagedName, unwanted } from "../design-docs/companions.js";
import type { DesignDoc } from "../design-docs/design-doc.js";
import { canBeHidden } from "../design-docs/planner.js";
import type { StagedWrite } from "../design-docs/staged-write.js";
import { isWorthStaging } from "../design-docs/staging.js";
import { reuseOf, twinOf } from "../design-docs/twins.js";
import { wayBackOf } from "../design-docs/way-back.js";
import { keepsOrder, withIndex } from "./as-design-doc.js";
import type { ComparedIndex } from "./compare.js";
import type { Index } from "./definition.js";
import type { ObservedIndexes } from "./observe.js";

export interface StagedIndex extends StagedWrite {
  readonly index: ComparedIndex;
}

export interface IndexesWrite {
  readonly inPlace: readonly ComparedIndex[];
  readonly staged: readonly StagedIndex[];
  /** Staged design documents whose version is no longer wanted. */
  readonly obsolete: readonly string[];
  /** Staged design documents whose version is in place. */
  readonly finished: readonly string[];
}

interface Asked {
  readonly indexes: Readonly<Record<string, Index>>;
  readonly deploy: "staged" | "inPlace";
}

export function planIndexes(
  { indexes, deploy }: Asked,
  observed: ObservedIndexes | undefined,
  different: readonly ComparedIndex[],
): IndexesWrite {
  const { designDocs: docs = {}, set = "" } = observed ?? {};
  const inPlace: ComparedIndex[] = [];
  const staged: StagedIndex[] = [];
  const obsolete: string[] = [];
  const finished: string[] = [];
  for (const [name, { ddoc }] of Object.entries(indexes)) {
    const companions = companionsOf(docs, ddoc, set);
    const hasStaged = (staged: string) => companions.some((companion) => companion.name === staged);
    const stored = docs[ddoc];
    const index = different.find((one) => one.name === name);
    if (!index) {
      // If the index holds, only what a run left behind after the swap is obsolete: the rest may be in progress.
      const own = stored && stagedName(set, ddoc, stored);
      if (own !== undefined && hasStaged(own)) finished.push(own);
      continue;
    }
    const doc = withIndex(stored, name, index.desired, othersIn(docs, ddoc));
    const own = stagedName(set, ddoc, doc);
    const former = unwanted(companions.filter((companion) => companion.name !== own));
    if (deploy === "staged" && canBeStaged(index, observed) && canBeHidden(doc)) {
      const rest = { rebuilds: true, keepPrevious: false, mayBeEmpty: [], ...former };
      staged.push({ name: ddoc, doc, stored, staged: own, ...rest, index });
    } else {
      inPlace.push(index);
      obsolete.push(...former.obsolete);
      if (hasStaged(own)) finished.push(own);
    }
  }
  return { inPlace, staged, obsolete, finished };
}

/**
 * Also for a new index: as soon as it exists, CouchDB makes queries wait for it that were answered without it before.
 */
function canBeStaged(
  { desired, writes, obsolete, remakes }: ComparedIndex,
  observed: ObservedIndexes | undefined,
): boolean {
  if (!observed?.designDocs || desired.type !== "json" || !writes || obsolete.length > 0 || remakes) return false;
  const language = observed.designDocs[desired.ddoc]?.language ?? "query";
  return language === "query" && keepsOrder(desired) && isWorthStaging(observed);
}

/** If one view of a design document changes, all of its views are rebuilt. */
export function rebuildOf(
  database: string,
  observed: ObservedIndexes | undefined,
  { name, desired, neighbours }: ComparedIndex,
  staged: boolean,
): Rebuild {
  const { documents = 0, bytes = 0, designDocs = {}, set = "", lacking } = observed ?? {};
  const { ddoc } = desired;
  const others = othersIn(designDocs, ddoc);
  const doc = desired.type === "json" ? withIndex(designDocs[ddoc], name, desired, others) : undefined;
  const reuse = reuseOf(doc && twinOf(designDocs, ddoc, doc), lacking);
  const ahead = doc ? aheadOf({ docs: designDocs, set, documents }, ddoc, doc, reuse.pending) : {};
  const wayBack = staged && designDocs[ddoc] ? wayBackOf(false, undefined) : {};
  const views = [...neighbours, name];
  return { database, designDoc: ddoc, views, documents, bytes, ...reuse, staged, ...wayBack, ...ahead };
}

function othersIn(docs: Readonly<Record<string, DesignDoc>>, ddoc: string): DesignDoc[] {
  return Object.entries(docs).flatMap(([name, doc]) => (name === ddoc ? [] : [doc]));
}
