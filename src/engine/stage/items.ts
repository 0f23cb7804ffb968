/** What `stage` can build ahead: the pending steps of kinds with the capability `stage`, in databases that exist. */
import pMap from "p-map";
import { MigrateError } from "../../contract/errors.js";
import type { StagedIndex } from "../../contract/results.js";
import { kindOf } from "../../kinds/targets.js";
import { stageOf } from "../../kinds/traits.js";
import type { Step } from "../../migrations/step.js";
import type { StagedDocument } from "../../steps/kind.js";
import type { Assessment } from "../assess.js";
import { examine } from "../examine.js";
import { fail } from "../outcome.js";
import { refusedBy } from "../refused-by.js";
import type { Run } from "../session.js";
import { placesOf } from "../units.js";
import { endsStage } from "./endings.js";

/** One step in one database. */
export interface Item {
  readonly step: Step;
  readonly database: string;
}

export interface Work {
  readonly documents: readonly StagedDocument[];
  readonly write: unknown;
}

/** An item with something to build ahead. */
export interface StageItem extends Item {
  readonly documents: readonly StagedDocument[];
}

export interface Found {
  readonly items: readonly StageItem[];
  /** The number of databases without anything to build ahead. */
  readonly nothingAhead: number;
}

/** Fails the steps that are refused; the others are continued. Only reads. */
export async function findItems(run: Run, seen: Assessment): Promise<Found> {
  const todo = seen.decisions.filter(({ step }) => seen.due.has(step.id) && stageOf(step) !== undefined);
  for (const { step, refusal } of todo) if (refusal) fail(run, step.id, undefined, refusedBy(refusal));
  const items = todo.flatMap((decision) => (decision.refusal ? [] : itemsOf(run, decision, seen)));
  const found = await pMap(items, (item) => lookAt(run, item), { concurrency: run.concurrency, signal: run.signal });
  const known = found.filter((item) => item !== undefined);
  const withWork = known.filter(({ documents }) => documents.length > 0);
  const ahead = new Set(withWork.map(({ database }) => database));
  const idle = known.filter(({ database }) => !ahead.has(database));
  return { items: withWork, nothingAhead: new Set(idle.map(({ database }) => database)).size };
}

function itemsOf(run: Run, decision: Assessment["decisions"][number], seen: Assessment): Item[] {
  const places = placesOf(run, { decision }, seen, seen.existing);
  return places.flatMap(({ database }) =>
    database !== undefined && seen.existing.has(database) ? [{ step: decision.step, database }] : [],
  );
}

/** `undefined`: it failed. */
async function lookAt(run: Run, item: Item): Promise<StageItem | undefined> {
  try {
    const work = await workOf(run, item);
    return { ...item, documents: work?.documents ?? [] };
  } catch (error) {
    if (endsStage(error)) throw error;
    fail(run, item.step.id, item.database, error);
    return undefined;
  }
}

/** What there is to build ahead now. `undefined`: nothing. Throws `refused` if `apply` would refuse the step. */
export async function workOf(run: Run, { step, database }: Item): Promise<Work | undefined> {
  const { action, write, refusal = "refused" } = await examine(run, step, { database }, true);
  if (action === "refused") throw new MigrateError("refused", { message: refusal, data: { id: step.id } });
  const documents = write === undefined ? [] : (stageOf(step)?.documents(write) ?? []);
  return documents.length > 0 ? { documents, write } : undefined;
}

export function indexesOf({ step, database, documents }: StageItem): StagedIndex[] {
  return documents.map(({ designDoc, name }) => ({ id: step.id, database, designDoc, name }));
}

export function titleOf({ step }: Item): string {
  return kindOf(step).title(step.shown);
}
