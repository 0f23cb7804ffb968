/** Folds the outcomes of a run into its result. Pure. */
import type { MigrateError } from "../contract/errors.js";
import type { PartOption } from "../contract/options.js";
import type { ApplyResult, Failure, KeptStep, PartResult, Plan, Warning } from "../contract/results.js";
import { isRemoval } from "../kinds/traits.js";
import { type Asked as AskedSet, emptyResult, type Measured } from "./empty-result.js";
import type { Assessed, Outcome } from "./outcome.js";

/** What one piece of work did. Without `--part`, a run is one piece of work. */
export interface Work {
  readonly assessment: Assessed;
  /** Ids of steps that were written before the work started again. */
  readonly written: ReadonlySet<string>;
  readonly applied: readonly string[];
  readonly adopted: readonly string[];
  readonly unmatched: readonly string[];
  readonly kept: readonly KeptStep[];
  readonly unfinished: readonly string[];
  readonly notReached: readonly string[];
  readonly failures: readonly Failure[];
  readonly warnings: readonly Warning[];
  /** Why it ended early, if no step is the cause. */
  readonly ending?: MigrateError;
  /** It was interrupted by an error, not stopped. */
  readonly broken?: boolean;
}

type Lists = Pick<Work, "applied" | "adopted" | "unmatched" | "kept" | "unfinished" | "notReached" | "failures">;
type Growing = { -readonly [Key in keyof Work]: Work[Key] extends readonly (infer Item)[] ? Item[] : Work[Key] };

/** The pieces of work of a run, in order. */
export function worksOf(outcomes: readonly Outcome[]): readonly Work[] {
  const works: Growing[] = [];
  for (const outcome of outcomes) {
    const work = works.at(-1);
    if (outcome.is === "begun") works.push(workFrom(outcome.assessment, []));
    else if (!work) continue;
    else if (outcome.is === "assessed") works.splice(-1, 1, workFrom(outcome.assessment, writtenIn(work)));
    else add(outcome, work);
  }
  return works;
}

/** The current or last piece of work. */
export function latestWork(outcomes: readonly Outcome[]): Work {
  const from = outcomes.findLastIndex(({ is }) => is === "begun");
  const [work] = worksOf(outcomes.slice(from));
  if (!work) throw new Error("no work was begun");
  return work;
}

/** Nothing failed, and nothing that was due is left. */
export function isDone({ ending, failures, unfinished, notReached }: Work): boolean {
  return ending === undefined && failures.length + unfinished.length + notReached.length === 0;
}

/** Why the run ended early, if no step is the cause. */
export function endingOf(outcomes: readonly Outcome[]): MigrateError | undefined {
  return worksOf(outcomes).find(({ ending }) => ending)?.ending;
}

interface Asked extends AskedSet {
  readonly steps: readonly { readonly id: string; readonly kind: string }[];
  readonly part?: PartOption | undefined;
  readonly approved?: { readonly plan: Plan } | undefined;
}

/** @param outcomes with at least one piece of work */
export function summarise(asked: Asked, outcomes: readonly Outcome[], measured: Measured): ApplyResult {
  const works = worksOf(outcomes);
  const [first] = works;
  const last = works.at(-1);
  if (!first || !last) throw new Error("no work was begun");
  const all: Lists = {
    // Written and no longer due: another runner recorded it in the meantime, or it had drifted.
    applied: works.flatMap(({ written, assessment: { due }, applied }) => [
      ...[...written].filter((id) => !due.has(id)),
      ...applied,
    ]),
    adopted: works.flatMap(({ adopted }) => adopted),
    kept: works.flatMap(({ kept }) => kept),
    unmatched: works.flatMap(({ unmatched }) => unmatched),
    unfinished: works.flatMap(({ unfinished }) => unfinished),
    notReached: works.flatMap(({ notReached }) => notReached),
    failures: works.flatMap(({ failures }) => failures),
  };
  const written = new Set([...first.written, ...first.applied]);
  const held = (first.assessment.kept ?? []).filter(({ id }) => !all.applied.includes(id));
  const removing = new Set(asked.steps.flatMap((step) => (isRemoval(step) ? step.id : [])));
  const { older } = last.assessment.files;
  const part = outcomes.findLast((outcome) => outcome.is === "part");
  const unapproved = outcomes.findLast((outcome) => outcome.is === "unapproved");
  const wrote = all.applied.length > 0 || part?.begun === true;
  return {
    ...emptyResult(asked, measured),
    result: resultOf(all.failures, endingOf(outcomes), older !== undefined, wrote),
    ...all,
    kept: [...all.kept, ...held],
    removed: all.applied.filter((id) => removing.has(id)),
    unchanged: idsIn(first, "applied").filter(
      (id) => !first.assessment.due.has(id) && !written.has(id) && !held.some((one) => one.id === id),
    ),
    skipped: idsIn(last, "older"),
    ...(older ? { older } : {}),
    ...(asked.approved ? { approvedBy: { plannedAt: asked.approved.plan.plannedAt } } : {}),
    ...(unapproved ? { unapproved: unapproved.plan } : {}),
    warnings: works.flatMap(({ assessment, warnings }) => [...assessment.warnings, ...warnings]),
    ...(part && asked.part ? { part: partResult(asked.steps, asked.part, part, first, all) } : {}),
  };
}

function resultOf(
  failures: readonly Failure[],
  ending: MigrateError | undefined,
  older: boolean,
  wrote: boolean,
): ApplyResult["result"] {
  if (failures.length > 0) return "failed";
  if (ending?.code === "incomplete" || ending?.code === "interrupted") return ending.code;
  if (ending) return "failed";
  if (older) return "older";
  return wrote ? "applied" : "unchanged";
}

/** `left` counts only the steps after the divided one: the earlier ones were applied, or are among the failures. */
function partResult(
  steps: Asked["steps"],
  { number, of }: PartOption,
  { step, open }: Pick<PartResult, "step" | "open">,
  { assessment: { due } }: Work,
  { applied, adopted, unmatched, kept, notReached }: Lists,
): PartResult {
  const done = new Set([...applied, ...adopted, ...unmatched, ...kept.map(({ id }) => id), ...notReached]);
  const after = steps.slice(steps.findIndex(({ id }) => id === step) + 1);
  const left = after.flatMap(({ id }) => (due.has(id) && !done.has(id) ? id : []));
  return { step, number, of, open, left };
}

function idsIn({ assessment }: Work, state: Assessed["decisions"][number]["state"]): string[] {
  return assessment.decisions.flatMap((decision) => (decision.state === state ? decision.step.id : []));
}

function workFrom(assessment: Assessed, written: Iterable<string>): Growing {
  const lists = { applied: [], adopted: [], unmatched: [], kept: [], unfinished: [], notReached: [], failures: [] };
  return { assessment, written: new Set(written), warnings: [], ...lists };
}

function writtenIn({ written, applied }: Work): string[] {
  return [...written, ...applied];
}

function add(outcome: Outcome, work: Growing): void {
  switch (outcome.is) {
    case "wrote":
      work.written = new Set([...work.written, outcome.id]);
      break;
    case "applied":
    case "adopted":
    case "unmatched":
    case "unfinished":
      work[outcome.is].push(outcome.id);
      break;
    case "not-reached":
      work.notReached.push(outcome.id);
      break;
    case "kept":
      work.kept.push({ id: outcome.id, differences: outcome.differences });
      break;
    case "failed":
      // A database that a step created may turn out to be missing.
      work.applied = work.applied.filter((id) => id !== outcome.failure.id);
      work.failures.push(outcome.failure);
      break;
    case "warned":
      work.warnings.push(outcome.warning);
      break;
    case "stopped":
    case "broken":
      work.ending ??= outcome.error;
      work.broken ??= outcome.is === "broken";
      break;
  }
}
