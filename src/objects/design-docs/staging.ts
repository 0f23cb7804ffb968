/** Decides which design documents need a staged deployment, and what a step does with its companions. */

import { finishStaged } from "./companion-writes.js";
import { companionsOf, stagedName, unwanted } from "./companions.js";
import type { ComparedDesignDoc, ObservedDesignDocs } from "./compare.js";
import { type DesignDocWrite, deployInPlace } from "./deploy.js";
import { type DesignDoc, hasSameIndex, viewNames } from "./design-doc.js";
import { assertLanguages } from "./languages.js";
import { openIndex } from "./open-index.js";
import { canBeHidden, stagedForm } from "./planner.js";
import { settled } from "./settled.js";
import { buildAhead, deployStaged } from "./staged.js";
import type { DeployContext, StagedWrite } from "./staged-write.js";

export interface DesignDocsWrite {
  readonly inPlace: readonly DesignDocWrite[];
  readonly staged: readonly StagedWrite[];
  /** New documents, which `apply` writes immediately, but whose indexes `stage` builds ahead. */
  readonly ahead: readonly StagedWrite[];
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
  const others = Object.values(observed.others);
  const written = Object.entries(docs).map(([name, asked]) => {
    const stored = Object.hasOwn(observed.docs, name) ? observed.docs[name] : undefined;
    const doc = settled(asked, stored);
    if (deploy === "inPlace" || !isWorthStaging(observed)) return [name, doc];
    const form = stagedForm(doc, others);
    // A new document is written as it is declared, unless `stage` has built its index ahead.
    const isStaged = stored ? !hasSameIndex(stored, doc) : others.some((other) => hasSameIndex(other, form));
    return [name, isStaged ? form : doc];
  });
  return Object.fromEntries(written) as typeof docs;
}

/** @param docs the documents from `writtenDocs` */
export function planDeployment(
  { docs, deploy, keepPrevious, mayBeEmpty = [] }: Asked,
  observed: ObservedDesignDocs | undefined,
  different: readonly ComparedDesignDoc[],
): DesignDocsWrite {
  const { set = "", others = {} } = observed ?? {};
  const inPlace: DesignDocWrite[] = [];
  const staged: StagedWrite[] = [];
  const ahead: StagedWrite[] = [];
  const obsolete: string[] = [];
  const finished: string[] = [];
  for (const [name, doc] of Object.entries(docs)) {
    const companions = companionsOf(others, name, set);
    const found = different.find((one) => one.name === name);
    // The usual case: it holds, and has no companions.
    if (!found && companions.length === 0) continue;
    const own = stagedName(set, name, doc);
    const hasOwn = companions.some((companion) => companion.name === own);
    const former = unwanted(
      companions.filter(({ name, role }) => name !== own && (role === "staged" || !keepPrevious)),
    );
    const write = (form: DesignDoc): StagedWrite => {
      const views = viewNames(doc).filter((view) => mayBeEmpty.includes(`${name}/${view}`));
      const staged = stagedName(set, name, form);
      const stored = found?.stored;
      return { name, doc: form, stored, rebuilds: true, staged, keepPrevious, mayBeEmpty: views, ...former };
    };
    const builds = found?.rebuilds === true && deploy === "staged" && observed && isWorthStaging(observed);
    if (builds && found.stored && isRead(found.stored) && canBeHidden(doc)) {
      staged.push(write(doc));
      continue;
    }
    const form = builds && !found.stored ? stagedForm(doc, Object.values(others)) : undefined;
    if (form && canBeHidden(form)) ahead.push(write(form));
    if (found) inPlace.push({ name, doc, stored: found.stored, rebuilds: found.rebuilds });
    // If the document holds, only what a run left behind after the swap is obsolete: the rest may be in progress.
    if (found || hasOwn) obsolete.push(...former.obsolete);
    if (hasOwn) finished.push(own);
  }
  return { inPlace, staged, ahead, obsolete, finished };
}

/** A document without views has no readers. */
function isRead(stored: DesignDoc): boolean {
  return viewNames(stored).length > 0;
}

export function isWorthStaging({ documents, bytes }: { documents: number; bytes: number }): boolean {
  return documents > smallest.documents || bytes > smallest.bytes;
}

export async function deploy(context: DeployContext, database: string, write: DesignDocsWrite): Promise<void> {
  const { inPlace, staged, ahead, obsolete, finished } = write;
  const { couch, signal, step } = context;
  await assertLanguages(couch, database, [...inPlace, ...staged]);
  const atOnce = async () => {
    if (inPlace.length > 0) await deployInPlace(couch, database, inPlace, signal);
    if (obsolete.length + finished.length === 0) return;
    // Opened under its final name, an index that was built ahead stays open after the staged document is deleted.
    for (const { name, doc, staged } of ahead) {
      if (finished.includes(staged)) await openIndex(context, database, name, doc);
    }
    await finishStaged(couch, database, step.set, { obsolete, finished });
  };
  await deployStaged(context, database, staged, { atOnce });
}

/** The documents whose indexes `stage` builds. */
export function stagedAhead({ staged, ahead }: DesignDocsWrite): readonly StagedWrite[] {
  return [...staged, ...ahead];
}

export function stageAhead(context: DeployContext, database: string, write: DesignDocsWrite): Promise<void> {
  return buildAhead(context, database, stagedAhead(write));
}
