/** Decides which design documents need a staged deployment, and what a step does with its companions. */
import { companionsOf, stagedName } from "./companions.js";
import type { ComparedDesignDoc, ObservedDesignDocs } from "./compare.js";
import { type DesignDocWrite, deployInPlace } from "./deploy.js";
import { type DesignDoc, hasSameIndex, viewNames } from "./design-doc.js";
import { assertLanguages } from "./languages.js";
import { canBeHidden, stagedForm } from "./planner.js";
import { settled } from "./settled.js";
import { type DeployContext, deployStaged, finishStaged, type StagedWrite } from "./staged.js";

export interface DesignDocsWrite {
  readonly inPlace: readonly DesignDocWrite[];
  readonly staged: readonly StagedWrite[];
  /** Companions of versions that are no longer wanted. */
  readonly obsolete: readonly string[];
  /** Staged documents whose version is in place already, or will be immediately. */
  readonly finished: readonly string[];
}

interface Asked {
  readonly docs: Readonly<Record<string, DesignDoc>>;
  readonly deploy: "staged" | "inPlace";
  readonly keepPrevious: boolean;
  /** `<design document>/<view>`. */
  readonly mayBeEmpty?: readonly string[];
}

/**
 * CouchDB indexes some thousands of documents per second, and commits an index about two seconds after it is built.
 * If an index is rebuilt in less time than a staged deployment takes, staging gains nothing, and costs a dozen
 * requests.
 */
const smallest = { documents: 1_000, bytes: 10_000_000 };

/**
 * The documents as they will be written: with the server's text if it is equivalent, and in a form whose copy can be
 * built without the query planner seeing it.
 */
export function writtenDocs(
  { docs, deploy }: Pick<Asked, "docs" | "deploy">,
  observed: ObservedDesignDocs | undefined,
) {
  if (!observed) return docs;
  const written = Object.entries(docs).map(([name, asked]) => {
    const stored = Object.hasOwn(observed.docs, name) ? observed.docs[name] : undefined;
    const doc = settled(asked, stored);
    if (deploy === "inPlace" || !stored || !isWorthStaging(observed) || hasSameIndex(stored, doc)) return [name, doc];
    return [name, stagedForm(doc, Object.values(observed.others))];
  });
  return Object.fromEntries(written) as typeof docs;
}

/** @param docs the documents from `writtenDocs` */
export function planDeployment(
  { docs, deploy, keepPrevious, mayBeEmpty = [] }: Asked,
  observed: ObservedDesignDocs | undefined,
  different: readonly ComparedDesignDoc[],
): DesignDocsWrite {
  const inPlace: DesignDocWrite[] = [];
  const staged: StagedWrite[] = [];
  const obsolete: string[] = [];
  const finished: string[] = [];
  for (const [name, doc] of Object.entries(docs)) {
    const companions = companionsOf(observed?.others ?? {}, name);
    const found = different.find((one) => one.name === name);
    // The usual case: it holds, and has no companions.
    if (!found && companions.length === 0) continue;
    const own = stagedName(name, doc);
    const hasOwn = companions.some((companion) => companion.name === own);
    const former = companions
      .filter((companion) => companion.name !== own && (companion.role === "staged" || !keepPrevious))
      .map((companion) => companion.name);
    if (
      found?.stored &&
      found.rebuilds &&
      deploy === "staged" &&
      isRead(found.stored) &&
      canBeHidden(doc) &&
      observed &&
      isWorthStaging(observed)
    ) {
      const { stored } = found;
      const views = viewNames(doc).filter((view) => mayBeEmpty.includes(`${name}/${view}`));
      staged.push({ name, doc, stored, rebuilds: true, keepPrevious, mayBeEmpty: views, obsolete: former });
      continue;
    }
    if (found) inPlace.push({ name, doc, stored: found.stored, rebuilds: found.rebuilds });
    // If the document holds, only what a run left behind after the swap is obsolete: the rest may be in progress.
    if (found || hasOwn) obsolete.push(...former);
    if (hasOwn) finished.push(own);
  }
  return { inPlace, staged, obsolete, finished };
}

/** A document without views has no readers. */
function isRead(stored: DesignDoc): boolean {
  return viewNames(stored).length > 0;
}

export function isWorthStaging({ documents, bytes }: { documents: number; bytes: number }): boolean {
  return documents > smallest.documents || bytes > smallest.bytes;
}

export async function deploy(context: DeployContext, database: string, write: DesignDocsWrite): Promise<void> {
  const { inPlace, staged, obsolete, finished } = write;
  await assertLanguages(context.couch, database, [...inPlace, ...staged]);
  const atOnce = async () => {
    if (inPlace.length > 0) await deployInPlace(context.couch, database, inPlace, context.signal);
    if (obsolete.length > 0 || finished.length > 0) await finishStaged(context.couch, database, obsolete, finished);
  };
  await deployStaged(context, database, staged, { atOnce });
}
