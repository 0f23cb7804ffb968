/** Builds one step ahead, in one database. */
import { bug, toMigrateError } from "../../contract/errors.js";
import { stageOf } from "../../kinds/traits.js";
import type { StagedDocument } from "../../steps/kind.js";
import { contextOf } from "../examine.js";
import type { Run } from "../session.js";
import { type Item, workOf } from "./items.js";
import { type Registration, removed } from "./registration.js";
import { onlyReading, type ShortLease } from "./short-lease.js";

interface Stage {
  readonly run: Run;
  readonly lease: ShortLease;
  readonly registration: Registration;
}

/** What became of the staged documents. */
export interface Built {
  readonly staged: readonly StagedDocument[];
  readonly deployed: readonly StagedDocument[];
}

/** Compares again first: hours may have passed since the last time. Throws `staged-removed`. */
export async function buildItem({ run, lease, registration }: Stage, item: Item): Promise<Built> {
  const { step, database } = item;
  const stage = stageOf(step);
  if (!stage) throw bug(`${step.kind} can't be staged`);
  run.signal.throwIfAborted();
  run.couch.forget(database);
  const found = await workOf(run, item);
  if (!found) return { staged: [], deployed: [] };
  const { documents, write } = found;
  const context = contextOf({ ...run, couch: onlyReading(run.couch) }, step, { database });
  try {
    await stage.build(write, {
      ...context,
      exclusively: (work) =>
        lease.exclusively(async (couch) => {
          await registration.ensure(couch, [{ ...item, documents }]);
          return work(couch);
        }),
    });
    return { staged: documents, deployed: [] };
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (error.code !== "conflict" || error.data.removed !== true) throw error;
    run.couch.forget(database);
    const left = new Set((await workOf(run, item))?.documents.map(({ name }) => name));
    if (documents.some(({ name }) => left.has(name))) throw removed(`${error.message}, and not by an \`apply\``);
    return { staged: [], deployed: documents };
  }
}
