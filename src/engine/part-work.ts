/**
 * One part of the first pending step that can be divided: the work of `apply --part`.
 *
 * The steps before that step are brought up to date, and its work is divided, under the set's lease; then the part is
 * done under a lease of its own, while other processes do theirs. Whoever finds all parts done takes the set's lease
 * again and does the step as any run would, of which only the end is left. No part waits for another.
 */
import { MigrateError, toMigrateError } from "../contract/errors.js";
import { mostParts, type PartOption } from "../contract/options.js";
import type { ApplyResult, Failure, OlderFiles } from "../contract/results.js";
import type { Guard } from "../couch/guard.js";
import type { Step } from "../migrations/step.js";
import type { PartsStanding } from "../steps/kind.js";
import { kindOf } from "../steps/targets.js";
import { type Assessment, assess, narrowed } from "./assess.js";
import type { Decision } from "./decide.js";
import { contextOf, missingDatabase } from "./examine.js";
import { applyPart, partsOf, standings, takePartIfNeeded } from "./parts.js";
import { recordWork } from "./record-work.js";
import { refusedBy } from "./refused-by.js";
import { ensureLedger, type Run, runUnder } from "./session.js";
import { workUnderLease } from "./under-lease.js";
import { withoutSecrets } from "./without-secrets.js";
import { Work } from "./work.js";

export function assertIsPart({ number, of }: PartOption): void {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= mostParts;
  if (isCount(of) && isCount(number) && number <= of) return;
  throw new MigrateError("invalid-settings", {
    message: `part ${number} of ${of} is none: parts are numbered from 1, and there are at most ${mostParts}`,
  });
}

export class PartWork {
  readonly #run: Run;
  readonly #part: PartOption;
  readonly #why: () => MigrateError | undefined;
  readonly #seen: Assessment;
  /** The step that is done in parts. */
  readonly #step: Step | undefined;
  readonly #works: Work[] = [];
  readonly #failures: Failure[] = [];
  /** Null: the run ended before it could tell. */
  #open: readonly number[] | null = null;
  #wrote = false;
  /** A newer version of the files was noted before this part was begun. */
  #older: OlderFiles | undefined;
  #ending: MigrateError | undefined;

  constructor(run: Run, part: PartOption, why: () => MigrateError | undefined, seen: Assessment) {
    this.#run = run;
    this.#part = part;
    this.#why = why;
    this.#seen = seen;
    this.#step = run.steps.find((step) => seen.due.has(step.id) && kindOf(step).parts);
  }

  async run(): Promise<void> {
    const step = this.#step;
    const now = step && (await this.#prepared(step));
    if (!step || !now) return;
    const databases = dueIn(now, step);
    await this.#do(step, databases);
    if (this.ending || this.#failures.length > 0) return;
    const open = openIn([...(await standings(this.#run, step, databases)).values()]);
    this.#open = open;
    if (open.length > 0) return;
    const alone = (all: Assessment) => narrowed(all, (id) => id === step.id);
    this.#works.push(await workUnderLease(this.#run, alone(now), this.#why, { of: alone }));
  }

  /** The steps before it hold, and it is divided. `undefined`: they don't, or it can't be, or it is done already. */
  async #prepared(step: Step): Promise<Assessment | undefined> {
    const run = this.#run;
    const before = new Set(run.steps.slice(0, run.steps.indexOf(step)).map(({ id }) => id));
    const earlier = (all: Assessment) => narrowed(all, (id) => before.has(id));
    let now = this.#seen;
    if (earlier(now).due.size > 0 || now.files.toNote || !(await this.#isDivided(now, step))) {
      const divide = async (guard: Guard) => {
        await this.#divide(step, guard);
        return this.#failures.length === 0;
      };
      const share = { of: earlier, after: divide };
      const work = await workUnderLease(run, earlier(now), this.#why, share);
      this.#works.push(work);
      if (!work.holds || this.#failures.length > 0) return undefined;
      run.couch.forget();
      now = await assess(run, { unexamined: true });
    }
    this.#older = now.files.older;
    if (this.#older) return undefined;
    if (decisionOn(now, step)?.state !== "applied") return now;
    this.#open = [];
    return undefined;
  }

  async #isDivided(seen: Assessment, step: Step): Promise<boolean> {
    const databases = dueIn(seen, step);
    if (databases.some((database) => !seen.existing.has(database)) || decisionOn(seen, step)?.refusal) return false;
    const stand = await standings(this.#run, step, databases);
    return databases.every((database) => stand.get(database)?.of === this.#part.of);
  }

  /** Under the set's lease. In some databases only it is not divided: the others would be bound to this number. */
  async #divide(step: Step, guard: Guard): Promise<void> {
    const run = this.#run;
    run.couch.forget();
    const now = await assess(run, { unexamined: true });
    if (now.files.older) return;
    const refusal = decisionOn(now, step)?.refusal;
    if (refusal) {
      this.#fail(step, undefined, refusedBy(refusal));
      return;
    }
    const databases = dueIn(now, step);
    for (const database of databases.filter((database) => !now.existing.has(database))) {
      this.#fail(step, database, new MigrateError("step-failed", { message: missingDatabase(database) }));
    }
    const stand = await standings(run, step, databases);
    const others = databases.filter((database) => (stand.get(database)?.of ?? this.#part.of) !== this.#part.of);
    if (this.#failures.length > 0) return;
    for (const database of others.length > 0 ? others : databases) {
      try {
        guard.assertHeld();
        await partsOf(step).divide(this.#part.of, contextOf(runUnder(run, guard), step, { database }));
      } catch (thrown) {
        this.#fail(step, database, toMigrateError(thrown));
      }
    }
  }

  /** This part, in each of the databases where it is still to be done. */
  async #do(step: Step, databases: readonly string[]): Promise<void> {
    const run = this.#run;
    const { number, of } = this.#part;
    const stillOpen = async () => {
      const stand = await standings(run, step, databases);
      return databases.filter((database) => stand.get(database)?.open.includes(number));
    };
    const open = await stillOpen();
    if (open.length === 0) return;
    run.couch.settle();
    run.couch.allowWrites();
    await ensureLedger(run);
    const lease = await takePartIfNeeded(run, step, number, async () => (await stillOpen()).length > 0);
    if (!lease) return;
    const [startedAt, began] = [new Date(), performance.now()];
    const said = {
      id: step.id,
      kind: step.kind,
      title: `part ${number} of ${of} of ${kindOf(step).title(step.shown)}`,
    };
    run.emit({ type: "step-begin", ...said });
    this.#wrote = true;
    try {
      const failed = await applyPart(run, step, number, open, lease);
      const why = this.#why();
      for (const [database, error] of failed) {
        // What the run's own end has cut short is no failure: the next run goes on with it.
        if (error.code === why?.code) this.#ending = why;
        else this.#fail(step, database, error);
      }
      const milliseconds = Math.round(performance.now() - began);
      if (failed.size === 0) run.emit({ type: "step-end", ...said, outcome: "done", milliseconds });
      else if (this.#ending && this.#failures.length === 0) run.emit({ type: "step-stopped", id: step.id });
    } finally {
      if (await lease.release()) run.emit({ type: "lease-released" });
    }
    // Only now: where many parts end at once it may take its time, and nobody has to wait for it.
    await recordWork(run, {
      holder: lease.holder,
      startedAt,
      milliseconds: performance.now() - began,
      part: { step: step.id, number, of },
      applied: [],
      adopted: [],
      failures: this.#failures,
      stopped: this.#ending,
    });
  }

  #fail({ id }: Step, database: string | undefined, thrown: MigrateError): void {
    const error = withoutSecrets(thrown, this.#run.secrets);
    const { code, message, next } = error;
    this.#failures.push({ id, database: database ?? null, code, message, next });
    this.#run.emit({ type: "step-failed", id, ...(database === undefined ? {} : { database }), error });
  }

  /** Why the run ended before it was done, where no step is to blame. */
  get ending(): MigrateError | undefined {
    return this.#works.find(({ ending }) => ending)?.ending ?? this.#ending;
  }

  result(milliseconds: number): ApplyResult {
    const base = new Work(this.#run, this.#seen).result(milliseconds);
    const results = this.#works.map((work) => work.result(milliseconds));
    const all = <T>(of: (result: ApplyResult) => readonly T[]) => results.flatMap(of);
    const failures = [...all((result) => result.failures), ...this.#failures];
    const applied = all((result) => result.applied);
    const adopted = all((result) => result.adopted);
    const kept = all((result) => result.kept);
    const unmatched = all((result) => result.unmatched);
    const done = new Set([...applied, ...adopted, ...unmatched, ...kept.map(({ id }) => id)]);
    const step = this.#step?.id ?? null;
    // Those before it were brought up to date, by this process or another, or are among what failed.
    const after = this.#run.steps.slice(this.#step ? this.#run.steps.indexOf(this.#step) + 1 : 0);
    const left = after.flatMap(({ id }) => (this.#seen.due.has(id) && !done.has(id) ? id : []));
    const notReached = all((result) => result.notReached);
    const older = this.#older ?? results.find((result) => result.older)?.older;
    return {
      ...base,
      ...(older ? { older, skipped: this.#run.steps.map(({ id }) => id) } : {}),
      result: this.#outcome(failures, applied, older),
      applied,
      adopted,
      kept,
      unmatched,
      unfinished: [...all((result) => result.unfinished), ...(this.#ending && step !== null ? [step] : [])],
      notReached,
      part: { step, ...this.#part, open: this.#open, left: left.filter((id) => !notReached.includes(id)) },
      failures,
      warnings: [...base.warnings, ...all((result) => result.warnings)],
    };
  }

  #outcome(
    failures: readonly Failure[],
    applied: readonly string[],
    older: OlderFiles | undefined,
  ): ApplyResult["result"] {
    const code = this.ending?.code;
    if (failures.length > 0) return "failed";
    if (code === "come-again" || code === "interrupted") return code;
    if (code !== undefined) return "failed";
    if (older) return "older";
    return applied.length > 0 || this.#wrote ? "applied" : "unchanged";
  }
}

function decisionOn({ decisions }: Assessment, { id }: Step): Decision | undefined {
  return decisions.find(({ step }) => step.id === id);
}

/** The databases in which the step is still to be done. */
function dueIn(seen: Assessment, step: Step): string[] {
  return [...(decisionOn(seen, step)?.databases.keys() ?? [])];
}

function openIn(standings: readonly PartsStanding[]): number[] {
  return [...new Set(standings.flatMap(({ open }) => open))].sort((a, b) => a - b);
}
