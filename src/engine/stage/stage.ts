/** Builds the indexes of what `apply` would deploy staged, and stops before the switch. */
import pLimit, { type LimitFunction } from "p-limit";
import { MigrateError, toMigrateError } from "../../contract/errors.js";
import type { StageOptions } from "../../contract/options.js";
import type { StageResult } from "../../contract/results.js";
import type { Migrations } from "../../migrations/step.js";
import { notStagedText } from "../../text/not-applied.js";
import { type Assessment, assess, assessWhenReady } from "../assess.js";
import { NotOlder } from "../not-older.js";
import { type Run, withRun } from "../session.js";
import { whereDone } from "../where-done.js";
import { withResult } from "../with-result.js";
import { withoutSecrets } from "../without-secrets.js";
import { buildItem } from "./build-item.js";
import { endsStage } from "./endings.js";
import { findItems, type StageItem, titleOf } from "./items.js";
import { Outcomes } from "./outcomes.js";
import { recordStage } from "./record-stage.js";
import { Registration } from "./registration.js";
import { ShortLease } from "./short-lease.js";

/**
 * Builds and checks the indexes that the next `apply` will switch to, in databases that exist. Changes nothing that
 * readers see, and nothing in the ledger. It also resolves if a step failed, or if `timeout` or the signal ended the
 * run: see `result` and `failures`. Throws MigrateError if the run could not begin.
 */
export async function stage(migrations: Migrations, options: StageOptions): Promise<StageResult> {
  const began = performance.now();
  const { outcomes, run } = await withRun(migrations, options, async (run) => {
    const outcomes = new Outcomes(run);
    const seen = await assessWhenReady(run, { unexamined: true });
    run.outcomes.push({ is: "begun", assessment: seen });
    if (seen.files.older) outcomes.older = seen.files.older;
    else await work(run, seen, outcomes).catch((error: unknown) => end(run, outcomes, toMigrateError(error)));
    return { outcomes, run };
  });
  const result = outcomes.result(performance.now() - began);
  if (outcomes.ending) throw withResult(outcomes.ending, result);
  if (!result.older) return result;
  if (options.onOlder === "fail") {
    const { reason, next } = result.older;
    throw withResult(new MigrateError("older-files", { message: notStagedText(reason), next }), result);
  }
  run.emit({ type: "older", steps: result.skipped.length, older: result.older, command: "stage" });
  return result;
}

async function work(run: Run, seen: Assessment, outcomes: Outcomes): Promise<void> {
  const startedAt = new Date();
  const began = performance.now();
  const { items, nothingAhead } = await findItems(run, seen);
  outcomes.nothingAhead = nothingAhead;
  if (items.length === 0) return;
  const before = run.couch.requests.writes;
  await build(run, items, outcomes).catch((error: unknown) => end(run, outcomes, toMigrateError(error)));
  const wrote = run.couch.requests.writes > before;
  if (wrote) await recordStage(run, outcomes, { startedAt, milliseconds: performance.now() - began });
}

async function build(run: Run, items: readonly StageItem[], outcomes: Outcomes): Promise<void> {
  const lease = new ShortLease(run, (held) => new NotOlder(run, held));
  const registration = new Registration(run);
  if (!(await registration.has(items))) {
    await lease.exclusively((couch) => registration.ensure(couch, items));
  }
  const ended = new AbortController();
  const stage = { run, outcomes, lease, registration, ended, limit: pLimit(run.concurrency) };
  await Promise.all(bySteps(items).map((same) => buildStep(stage, same)));
  ended.signal.throwIfAborted();
}

interface Stage {
  readonly run: Run;
  readonly outcomes: Outcomes;
  readonly lease: ShortLease;
  readonly registration: Registration;
  /** Aborted if no other step could be staged either. */
  readonly ended: AbortController;
  readonly limit: LimitFunction;
}

/** One step in all of its databases. A failure in one does not stop the others. */
async function buildStep(stage: Stage, items: readonly StageItem[]): Promise<void> {
  const [first] = items;
  if (!first) return;
  const { run, outcomes, ended, limit } = stage;
  const { id, kind } = first.step;
  const said = { id, kind, title: titleOf(first) };
  const began = performance.now();
  const within = { ...run, signal: AbortSignal.any([run.signal, ended.signal]) };
  run.emit({ type: "step-begin", ...said });
  const work = async (item: StageItem) => {
    if (ended.signal.aborted) return;
    try {
      outcomes.add(item, await buildItem({ ...stage, run: within }, item));
    } catch (thrown) {
      if (ended.signal.aborted) return;
      if (run.why()) outcomes.cut(item);
      else if (endsStage(thrown)) ended.abort(thrown);
      else outcomes.fail(item, thrown);
    }
  };
  await Promise.all(items.map((item) => limit(work, item)));
  if (ended.signal.aborted) return;
  if (run.why()) run.emit({ type: "step-stopped", id });
  else if (!outcomes.hasFailed(id)) {
    const where = whereDone(
      first.step,
      items.map(({ database }) => database),
    );
    const milliseconds = Math.round(performance.now() - began);
    run.emit({ type: "step-end", ...said, outcome: "staged", ...where, milliseconds });
  }
}

function bySteps(items: readonly StageItem[]): StageItem[][] {
  return [...new Set(items.map(({ step }) => step))].map((step) => items.filter((item) => item.step === step));
}

/** The whole run ends, for a reason that is not one of its steps. */
async function end(run: Run, outcomes: Outcomes, error: MigrateError): Promise<void> {
  if (error.code !== "older-files") {
    outcomes.end(run.why() ?? withoutSecrets(error, run.secrets));
    return;
  }
  const { files } = await assess(run, { unexamined: true });
  if (files.older) outcomes.older = files.older;
  else outcomes.end(error);
}
