/** Examines one step in one place: what exists, and what is missing. Used by plan and apply; only reads. */

import pMap from "p-map";
import type { Change, Kept } from "../contract/results.js";
import { kindOf } from "../kinds/targets.js";
import { dependsOnServer, isRemoval, warningsOf } from "../kinds/traits.js";
import { commandLine } from "../ledger/command-line.js";
import type { Step } from "../migrations/step.js";
import { type Difference, holds } from "../steps/difference.js";
import { inPlace, type PlacedContext } from "../steps/in-place.js";
import type { DatabaseContext, InDatabase, Target } from "../steps/kind.js";
import { reasonOf } from "../steps/refusals.js";
import { type ToldWarning, tell } from "../steps/warnings.js";
import type { Found } from "./approval/approvals.js";
import { foundIn } from "./approval/found-in.js";
import { maskChanges } from "./mask-changes.js";
import { judge, notesOf, readFacts, refusalOf } from "./precondition.js";
import type { Run } from "./session.js";

export function contextOf(run: Run, step: Step, target: InDatabase): DatabaseContext<unknown>;
export function contextOf(run: Run, step: Step, target: Target): PlacedContext;
export function contextOf(run: Run, step: Step, target: Target): PlacedContext {
  const where = target.database === undefined ? {} : { database: target.database };
  return {
    step: {
      set: run.place.set,
      version: run.version,
      id: step.id,
      checksum: step.checksum,
      ...(step.formerly ? { formerly: step.formerly } : {}),
    },
    allowDestroy: run.allowDestroy || step.allowDestroy,
    ...(run.rate === undefined ? {} : { rate: run.rate }),
    builds: run.builds,
    accept: () => commandLine("ledger accept", run.place, { id: step.id, path: run.migrations.path }),
    scriptTimeout: run.scriptTimeout,
    ...(run.previews === false ? { withoutPreview: true } : {}),
    foreign: run.secrets.foreign,
    desired: step.desired,
    ...where,
    couch: run.couch,
    exclusively: (work) => work(run.couch),
    signal: run.signal,
    print: (text) => run.scriptOutput.print({ id: step.id, ...where }, text),
    progress: (update) => run.emit({ type: "step-progress", id: step.id, ...where, ...update }),
  };
}

/** A difference as it may be shown: without secrets, and with its warnings as sentences. */
export interface Finding extends Omit<Difference, "refusals" | "warnings" | "former"> {
  /** Why it is refused, and what to do. Only with `refused`. */
  readonly refusal?: string;
  readonly warnings: readonly ToldWarning[];
  /** For a plan: whether `require` of the step is met. */
  readonly notes?: readonly string[];
  /** What a write would find. Only for a plan, or with an approved one, and if something is written. */
  readonly found?: Found;
}

/**
 * Calls `look` for each place. Goes from database to database, because CouchDB keeps a limited number of them open. The
 * results of each step are in the order of its databases.
 */
export function databaseByDatabase<Place extends { readonly database?: string | undefined }, Result>(
  { concurrency, signal }: Pick<Run, "concurrency" | "signal">,
  places: readonly Place[],
  look: (place: Place) => Promise<Result>,
): Promise<Result[]> {
  const ordered = [...places].sort(({ database: one = "" }, { database: other = "" }) =>
    one < other ? -1 : one > other ? 1 : 0,
  );
  // The steps of a database share its answers, so it takes many to ask about several databases. `couch/` limits the
  // requests.
  return pMap(ordered, look, { concurrency: concurrency * 16, signal });
}

export const nothingToDo: Finding = { ...holds(), warnings: [] };

export function refusal(why: string): Finding {
  return { ...nothingToDo, action: "refused", refusal: why };
}

/**
 * @param databaseExists what is known about the target's database; if it does not exist, there is nothing to observe.
 */
export async function examine(run: Run, step: Step, target: Target, databaseExists: boolean): Promise<Finding> {
  const { shown } = await look(run, step, target, databaseExists);
  const found = run.approved ? foundIn(run, step, shown) : {};
  // Nobody sees the changes, so they are dropped.
  return permitted(run, step, target, databaseExists, {
    ...withoutSecrets(run, step, { ...shown, changes: [] }),
    ...found,
  });
}

/** Examines for a plan, with everything that it shows. */
export async function examineInDetail(run: Run, step: Step, target: Target, databaseExists: boolean): Promise<Finding> {
  const { shown, compared } = await look(run, step, target, databaseExists, true);
  const found = foundIn(run, step, compared);
  return permitted(run, step, target, databaseExists, { ...withoutSecrets(run, step, shown), ...found });
}

/** Both are the same unless `inDetail` adds something to what is shown. */
async function look(
  run: Run,
  step: Step,
  target: Target,
  databaseExists: boolean,
  inDetail = false,
): Promise<{ readonly shown: Difference; readonly compared: Difference }> {
  const kind = kindOf(step);
  const looks = databaseExists || dependsOnServer(step);
  const there = inPlace(kind, contextOf(run, step, target));
  const observed = looks ? await there.observe() : undefined;
  const compared = there.diff(observed);
  const hasMore = inDetail && observed !== undefined && (compared.write !== undefined || compared.kept !== undefined);
  return { shown: hasMore ? there.diff(await there.detail(observed)) : compared, compared };
}

function withoutSecrets(run: Run, step: Step, { refusals, former: _, ...found }: Difference): Finding {
  const { own } = run.secrets;
  const mask = (changes: readonly Change[]) => maskChanges(changes, step, kindOf(step).schema, run.secrets);
  return {
    ...found,
    changes: mask(found.changes),
    ...(found.counted && { counted: mask(found.counted) }),
    ...(found.kept && { kept: maskKept(found.kept, mask) }),
    warnings: [...warningsOf(step), ...found.warnings]
      .map(tell)
      .map(({ code, message }) => ({ code, message: own(message) })),
    ...(refusals ? { refusal: own(reasonOf(refusals)) } : {}),
  };
}

/** Refuses a removal that is not allowed, and work that would begin although `require` of the step is not met. */
async function permitted(
  run: Run,
  step: Step,
  target: Target,
  databaseExists: boolean,
  finding: Finding,
): Promise<Finding> {
  if (finding.write === undefined) return finding;
  const wouldDestroy = isRemoval(step) && finding.action === "remove";
  const isAllowed = !wouldDestroy || run.allowDestroy || step.allowDestroy;
  const { refusal: unmet, notes } = await checkRequired(run, step, target, databaseExists, finding);
  const destroys = { code: "destroys", title: kindOf(step).title(step.shown) } as const;
  const why = [...(isAllowed ? [] : [reasonOf([destroys])]), ...(unmet ? [unmet] : [])];
  if (why.length === 0) return notes ? { ...finding, notes } : finding;
  const { changes, warnings } = finding;
  return { ...refusal(why.join("; ")), changes, warnings };
}

/** What `require` asks was checked when the work began, so work that continues is not checked again. */
async function checkRequired(
  run: Run,
  { require: required }: Step,
  target: Target,
  databaseExists: boolean,
  { begun }: Finding,
): Promise<Pick<Finding, "refusal" | "notes">> {
  // The status says nothing about it, so it does not read for it.
  if (!required || begun || run.previews === false) return {};
  const judged = judge(required, await readFacts(run.couch, required, target, databaseExists));
  const refused = refusalOf(judged);
  if (refused !== undefined) return { refusal: run.secrets.own(refused) };
  return { notes: notesOf(judged) };
}

function maskKept(kept: readonly Kept[], mask: (changes: readonly Change[]) => readonly Change[]): readonly Kept[] {
  const changes = mask(kept.map(({ path, server, files }) => ({ path, before: server, after: files })));
  return changes.map(({ path, before, after }, i) => ({ ...kept[i], path, server: before, files: after }));
}

/** Why a step can't work in a database that no step creates. */
export function missingDatabase(database: string): string {
  return `database ${database} does not exist, and no earlier step creates it; add an ensureDatabase step before this one`;
}
