/**
 * Replaces a design document without any effect on its readers: the new version's index is built under another name,
 * and then the document itself is written. Work in progress is found again by its name.
 */
import { MigrateError, toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { path } from "../../couch/path.js";
import { namedViews } from "../../text/named-views.js";
import { assertAsSent } from "./as-sent.js";
import { awaitBuild, awaitEveryCopy } from "./build.js";
import { type Build, gone } from "./build-failure.js";
import { cleanUp, ensureStaged, finishStaged, removeCompanion } from "./companion-writes.js";
import { contentOf, isSame } from "./compare.js";
import { bodyOf } from "./deploy.js";
import { idOf, viewNames } from "./design-doc.js";
import { faultsInViews, viewsFailure } from "./fault-in-views.js";
import { awaitQueries, holdIndex } from "./held-index.js";
import { warmIndex } from "./index-state.js";
import { openIndex } from "./open-index.js";
import type { DeployContext, StagedWrite } from "./staged-write.js";
import { readDesignDoc } from "./stored.js";

interface Around<Write> {
  /** Writes the documents that need no build, once no build has shown a fault. */
  readonly atOnce: () => Promise<void>;
  /** Runs after a document is in its place. */
  readonly then?: (write: Write) => Promise<void>;
}

/**
 * Builds and checks all documents before the first one is replaced: if a step's second document is refused, the first
 * is unchanged. After one has failed, no further build is started.
 */
export async function deployStaged<Write extends StagedWrite>(
  context: DeployContext,
  database: string,
  writes: readonly Write[],
  { atOnce, then }: Around<Write>,
): Promise<void> {
  await stageAll(context, database, writes, false);
  context.assertHeld?.();
  await atOnce();
  for (const write of writes) {
    context.assertHeld?.();
    context.signal.throwIfAborted();
    await putInPlace(context, database, write);
    await then?.(write);
  }
}

/** The first half of `deployStaged`: builds and checks all documents, and replaces none. */
export function buildAhead(context: DeployContext, database: string, writes: readonly StagedWrite[]): Promise<void> {
  return stageAll(context, database, writes, true);
}

async function stageAll(
  context: DeployContext,
  database: string,
  writes: readonly StagedWrite[],
  ahead: boolean,
): Promise<void> {
  const failed = new AbortController();
  const whole = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) };
  const staged = writes.map((write) =>
    stage(whole, database, write, ahead).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const lost = (await Promise.allSettled(staged)).find((one) => one.status === "rejected");
  if (lost) throw failed.signal.reason;
}

async function putInPlace(context: DeployContext, database: string, write: StagedWrite): Promise<void> {
  const { couch, step } = context;
  const { name, doc, staged } = write;
  const held = await holdIndex(context, database, write);
  try {
    await swap(couch, database, write);
  } catch (thrown) {
    const isRefused = toMigrateError(thrown).code === "refused";
    for (const other of isRefused ? held : []) await removeCompanion(couch, database, other, step.set);
    throw thrown;
  }
  // Opened under this name too, the index stays open after the staged document is deleted.
  await openIndex(context, database, name, doc);
  await awaitQueries(context, database, held);
  const obsolete = [...new Set([...write.obsolete, ...held])];
  await finishStaged(couch, database, step.set, { obsolete, finished: [staged] });
  await warmIndex(couch, database, name, doc);
}

/**
 * Builds and checks one document's index. If a staged document that can't be built were kept, CouchDB would try it
 * again on every write; and on a full disk, its partial index would take the room that the previous version needs to
 * answer.
 */
async function stage(context: DeployContext, database: string, write: StagedWrite, ahead: boolean): Promise<void> {
  const { name, doc, staged, stored = {}, mayBeEmpty } = write;
  const build = { database, name: staged, doc, what: `building ${idOf(name)} (${namedViews(viewNames(doc))})` };
  try {
    await awaitBuild(context, build, () => ensureStaged(context, database, write, ahead));
    if (await touch(context, build)) await awaitEveryCopy(context, build);
    // A Mango index has no functions that could be faulty.
    const asked = doc.language === "query" ? undefined : { staged, name, doc, stored, mayBeEmpty };
    const faults = asked ? await faultsInViews(context.couch, database, asked) : [];
    if (faults.length > 0) throw viewsFailure(database, name, faults);
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (error.code === "step-failed") await discard(context, build).catch(() => {});
    throw error;
  }
}

/**
 * `_info` only describes the copies that answer first, and on a restarted node nothing is built until something
 * triggers it. If there are several copies, the staged document is written again unchanged, so that CouchDB's own
 * indexer checks each of them. False: there is one copy.
 */
async function touch({ couch, exclusively }: DeployContext, { database, name }: Build): Promise<boolean> {
  const { n = 1 } = (await inventoryOf(couch).info(database)) ?? {};
  if (n < 2) return false;
  return exclusively(async (held) => {
    const stored = await readDesignDoc(held, database, name);
    if (!stored) throw gone(database, name);
    await held.write("PUT", path`/${database}/_design/${name}`, { body: stored, repeatable: true });
    return true;
  });
}

function discard({ exclusively, step }: DeployContext, { database, name }: Build): Promise<void> {
  return exclusively(async (couch) => {
    await removeCompanion(couch, database, name, step.set);
    await cleanUp(couch, database);
  });
}

/** Replaces only the revision that was planned against. */
async function swap(couch: Couch, database: string, write: StagedWrite): Promise<void> {
  const { name, doc, stored } = write;
  const at = path`/${database}/_design/${name}`;
  try {
    const sent = bodyOf(write);
    const { body } = await couch.write<{ readonly rev: string }>("PUT", at, { body: sent, repeatable: true });
    await assertAsSent(couch, database, [{ doc: sent, rev: body.rev }]);
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (error.code !== "conflict") throw error;
    const now = await readDesignDoc(couch, database, name);
    // The first of two attempts succeeded, but its answer was lost.
    if (now && isSame(contentOf(now), doc)) return;
    const found = now ? `it is at ${now._rev}` : "it is gone";
    const planned = stored ? `against ${stored._rev}` : "when it did not exist";
    throw new MigrateError("refused", {
      message: `${idOf(name)} of ${database} was changed by somebody else while its new version was being built: ${found}, but the plan was made ${planned}. It was not changed`,
      data: { database, designDoc: name, planned: stored?._rev ?? null, found: now?._rev ?? null },
      next: "Find out who writes it; run again to replace it with the version in the files, whose index is already built.",
      cause: error,
    });
  }
}
