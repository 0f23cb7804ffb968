/** One run's work under the lease, step by step, and what became of it. */
import pMap from "p-map";
import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { ApplyResult, Failure, KeptStep, Warning } from "../contract/results.js";
import { knownShardMap } from "../couch/databases.js";
import type { Guard } from "../couch/guard.js";
import { knownNodes } from "../couch/nodes.js";
import { nextEntry } from "../ledger/entry.js";
import type { Lease } from "../ledger/lease.js";
import type { StoredLedger } from "../ledger/ledger.js";
import type { Snapshot } from "../ledger/snapshot.js";
import type { Step } from "../migrations/step.js";
import type { Target } from "../steps/kind.js";
import { createdBy, hasOnlyPatterns, isPattern, kindOf, namedDatabases } from "../steps/targets.js";
import { version } from "../version.js";
import type { Assessment } from "./assess.js";
import { claimsOf } from "./claims-of.js";
import { type Converged, converge } from "./converge.js";
import type { Decision } from "./decide.js";
import { missingDatabase } from "./examine.js";
import { Incarnations } from "./incarnations.js";
import { Noting, revertedMessage } from "./noting.js";
import { type TakenParts, takeAllParts } from "./parts.js";
import { placeSteps, targetsOf } from "./places.js";
import { recordWork } from "./record-work.js";
import { Recorder } from "./recorder.js";
import { refusedBy } from "./refused-by.js";
import { dependencies, type Ordered, runInOrder, units } from "./schedule.js";
import { proven } from "./secrets-check.js";
import { type Run, runUnder } from "./session.js";
import { takeSnapshot } from "./take-snapshot.js";
import { withoutSecrets } from "./without-secrets.js";

/** The set's lease, and what is noted under it before the first write. */
interface Leased {
  readonly lease: Lease;
  readonly noting: Noting;
}

export class Work {
  readonly #run: Run;
  readonly #seen: Assessment;
  readonly #applied: string[] = [];
  readonly #adopted: string[] = [];
  readonly #kept: KeptStep[] = [];
  readonly #unmatched: string[] = [];
  readonly #failures: Failure[] = [];
  readonly #warnings: Warning[];
  readonly #written: Set<string>;
  /** Ids of steps that were under way when the run had to stop. */
  readonly #unfinished = new Set<string>();
  #notReached: string[] = [];
  #ending: MigrateError | undefined;
  readonly #existing: Incarnations;
  #stored: StoredLedger | undefined;

  /**
   * @param written ids of first steps that this run has brought to hold already
   */
  constructor(run: Run, seen: Assessment, written: ReadonlySet<string> = new Set()) {
    this.#run = run;
    this.#seen = seen;
    this.#warnings = [...seen.warnings];
    this.#written = new Set(written);
    this.#existing = new Incarnations(run.couch, seen.existing);
    this.#stored = seen.stored;
  }

  get due(): ReadonlySet<string> {
    return this.#seen.due;
  }

  get written(): ReadonlySet<string> {
    return this.#written;
  }

  /**
   * Brings to hold what ledger and lease need, before there are any; `run` records it. Runners may do this at once.
   * False: it failed, and nothing else is to be begun.
   */
  async first(): Promise<boolean> {
    const run = this.#run;
    const todo = run.steps.filter(({ id }) => this.due.has(id));
    for (const step of todo.filter((step) => kindOf(step).first)) {
      run.emit({ type: "step-begin", id: step.id, kind: step.kind, title: kindOf(step).title(step.shown) });
      try {
        const { wrote } = await converge(run, step, {}, true, () => run.signal.throwIfAborted());
        if (wrote) this.#written.add(step.id);
      } catch (thrown) {
        if (run.signal.aborted) throw thrown;
        this.#fail(step.id, {}, toMigrateError(thrown));
        this.#notReached = todo.flatMap(({ id }) => (id === step.id ? [] : [id]));
        return false;
      }
    }
    return true;
  }

  /** Something is to be done under the lease. */
  get isNeeded(): boolean {
    return this.due.size > 0 || this.#seen.files.toNote;
  }

  #warn(code: string, message: string, id?: string): void {
    const warning = { code, message, ...(id === undefined ? {} : { id }) };
    this.#warnings.push(warning);
    this.#run.emit({ type: "warning", ...warning });
  }

  /** Ids of the steps that this run has brought to hold by writing, up to now. */
  get wrote(): ReadonlySet<string> {
    return new Set([...this.#written, ...this.#applied]);
  }

  /**
   * Does what is due, then `after`. The files are noted before the first write; where nothing has failed, and nothing was
   * to be written, in the end.
   */
  async run(
    lease: Lease,
    holder: string,
    why: () => MigrateError | undefined,
    after?: (guard: Guard) => Promise<boolean>,
  ): Promise<void> {
    const noting = new Noting(this.#run, this.#seen, lease, () => this.#warn("reverted", revertedMessage));
    if (this.due.size > 0) await this.#all({ lease, noting }, holder, why);
    if (!this.holds || (after && !(await after(noting))) || this.due.size > 0) return;
    try {
      this.#stored = await noting.noted();
    } catch (error) {
      this.#ending = toMigrateError(error);
    }
  }

  async #all({ lease, noting }: Leased, holder: string, why: () => MigrateError | undefined): Promise<void> {
    const run = this.#run;
    const startedAt = new Date();
    const began = performance.now();
    const todo = this.#seen.decisions.filter((decision) => this.due.has(decision.step.id));
    // One for all steps: what they send together goes through it.
    const held = runUnder(run, noting);
    const recorder = new Recorder(
      held,
      () => noting.noted(),
      todo.length,
      () => this.#existing.settled(),
    );
    run.emit({ type: "run-begin", steps: run.steps.length, pending: todo.length });
    const order = todo.map((decision) => this.#ordered(decision));
    const together = units(order);
    const needs = dependencies(together.flatMap(([first = 0]) => order[first] ?? []));
    const stopped = () =>
      run.signal.aborted || lease.lost.aborted || noting.failure !== undefined || this.#failures.length > 0;
    let broken: unknown;
    try {
      const left = await runInOrder(needs, run.concurrency, stopped, async (unit) => {
        const decisions = (together[unit] ?? []).flatMap((index) => todo[index] ?? []);
        await allDone(decisions.map((decision) => this.#step(decision, recorder, { lease, noting, held }, why)));
      });
      const unbegun = new Set(left.flatMap((unit) => together[unit] ?? []));
      this.#notReached = todo.filter((_, index) => unbegun.has(index)).map(({ step }) => step.id);
    } catch (error) {
      broken = error;
    }
    await this.#confirmCreated(todo);
    const left = this.#notReached.length > 0 || this.#unfinished.size > 0;
    const done = broken === undefined && this.#failures.length === 0 && !left;
    try {
      if (done) {
        await recorder.begin();
        // Of a part of the steps it is not known.
        if ([...this.#seen.files.secrets.changed].every((id) => this.due.has(id))) recorder.secretsHold(proven);
        recorder.nodes = knownNodes(run.couch);
      }
      // All is done, but not recorded: whoever asked for it must not be told that it is.
      if (done && recorder.isBehind) lease.assertHeld();
      if (!lease.lost.aborted) await recorder.flush();
      this.#stored = recorder.stored;
    } catch (error) {
      broken ??= error;
    }
    const interrupted = left ? (why() ?? lossOf(lease)) : undefined;
    broken ??= interrupted ? undefined : noting.failure;
    await recordWork(run, {
      holder,
      startedAt,
      milliseconds: performance.now() - began,
      applied: this.#applied,
      adopted: this.#adopted,
      ...(this.#kept.length > 0 ? { kept: this.#kept.map(({ id }) => id) } : {}),
      failures: this.#failures,
      broken: broken !== undefined,
      stopped: interrupted,
    });
    if (broken !== undefined) this.#ending = toMigrateError(broken);
    else if (this.#failures.length === 0) this.#ending = interrupted;
  }

  /** That a database was made is shown by reading it. The ledger needs its incarnation anyway. */
  async #confirmCreated(todo: readonly Decision[]): Promise<void> {
    // If they can't be read, the ledger can't be written either, and says why.
    await this.#existing.settled().catch(() => {});
    for (const { step } of todo) {
      const database = this.#goneOf(step);
      const at = this.#applied.indexOf(step.id);
      if (database === undefined || at === -1) continue;
      this.#applied.splice(at, 1);
      this.#fail(step.id, { database }, notThere(database));
    }
  }

  /** A database that the step made, and that is not there. */
  #goneOf(step: Step): string | undefined {
    return createdBy(step).find((database) => this.#existing.isGone(database));
  }

  /** Nothing failed, and nothing is left of what was due. */
  get holds(): boolean {
    const left = this.#failures.length + this.#unfinished.size + this.#notReached.length;
    return this.#ending === undefined && left === 0;
  }

  /** What the next run needs to see that nothing is left. */
  snapshot(): Snapshot | undefined {
    const run = this.#run;
    if (!this.holds || !this.#stored) return undefined;
    const existing = this.#existing.names;
    const placed = placeSteps(run, existing);
    return takeSnapshot({ ...run.migrations, place: run.place }, placed, this.#stored, existing, (name) =>
      knownShardMap(run.couch, name),
    );
  }

  /** Why the run ended before it was done, where no step is to blame. */
  get ending(): MigrateError | undefined {
    return this.#ending;
  }

  async #step(
    decision: Decision,
    recorder: Recorder,
    { lease, noting, held }: Leased & { readonly held: Run },
    why: () => MigrateError | undefined,
  ): Promise<void> {
    const run = this.#run;
    const { step } = decision;
    const kind = kindOf(step);
    const title = kind.title(step.shown);
    if (!this.#written.has(step.id)) run.emit({ type: "step-begin", id: step.id, kind: step.kind, title });
    if (decision.refusal) return this.#fail(step.id, {}, refusedBy(decision.refusal));
    const began = performance.now();
    const targets = this.#targets(decision);
    const parts = await this.#takeParts(decision, targets, noting);
    const guard = parts?.guard ?? noting;
    const there = parts ? runUnder(run, guard) : held;
    const all = await pMap(targets, (target) => this.#place(decision, target, there, guard, parts?.failed), {
      concurrency: run.concurrency,
    }).finally(() => parts?.release());
    // Where nothing could be written, whatever a kind makes of it.
    const { failure } = noting;
    const results = failure ? all.map((one) => ("error" in one ? { ...one, error: failure } : one)) : all;
    const succeeded = results.flatMap((result) => ("error" in result ? [] : [result]));
    const ended = results.flatMap((result) => ("error" in result ? [result] : []));
    // What the run's own end has cut short is no failure: the next run goes on with it.
    const endings = [why()?.code, lossOf(lease)?.code, failure?.code];
    const failed = ended.filter(({ error }) => !endings.includes(error.code));
    const wrote = this.#written.has(step.id) || succeeded.some((result) => result.converged.wrote);
    for (const warning of new Set(succeeded.flatMap((result) => result.converged.warnings))) {
      this.#warn("step", warning, step.id);
    }
    for (const { target, error } of failed) this.#fail(step.id, target, error);
    const kept = succeeded.flatMap(({ target: { database }, converged }) =>
      converged.kept.map((one) => (targets.length > 1 && database !== undefined ? { ...one, database } : one)),
    );
    const milliseconds = Math.round(performance.now() - began);
    const outcome = wrote ? "applied" : kept.length > 0 ? "kept" : this.#holding(step);
    if (ended.length === 0 || succeeded.length > 0) {
      for (const made of createdBy(step)) this.#existing.add(made);
      const removed = kind.removes?.(step.desired);
      if (removed !== undefined) this.#existing.remove(removed);
      const worked =
        kind.scope === "server" ? namedDatabases(step) : succeeded.flatMap((result) => result.target.database ?? []);
      // What is gone has no incarnation: whatever comes to be under its name is another.
      const databases = worked.filter((database) => database !== removed);
      const done = {
        milliseconds,
        adopted: outcome === "adopted",
        kept: kept.length > 0,
        ...claimsOf(step, databases),
        at: new Date(),
        version,
      };
      const entry = () => {
        if (this.#goneOf(step) !== undefined) return undefined;
        return nextEntry(step, recorder.entry(step.id), {
          ...done,
          databases: Object.fromEntries(databases.map((name) => [name, this.#existing.of(name)])),
        });
      };
      await recorder.record(step.id, entry, kind.oneTime ?? false);
    }
    if (ended.length > failed.length && failed.length === 0) {
      this.#unfinished.add(step.id);
      run.emit({ type: "step-stopped", id: step.id });
    }
    if (ended.length > 0) return;
    if (outcome === "kept") this.#kept.push({ id: step.id, differences: kept });
    else ({ applied: this.#applied, adopted: this.#adopted, unmatched: this.#unmatched })[outcome].push(step.id);
    const differences = kept.length > 0 ? { kept } : {};
    run.emit({ type: "step-end", id: step.id, kind: step.kind, title, outcome, milliseconds, ...differences });
  }

  /** Of a step for which nothing had to be written. */
  #holding(step: Step): "adopted" | "unmatched" {
    const isUnmatched = hasOnlyPatterns(step) && targetsOf(this.#run, step, this.#existing.names).length === 0;
    return isUnmatched ? "unmatched" : "adopted";
  }

  /** Of a step that other processes have begun in parts: what is left of them is done first. */
  async #takeParts(decision: Decision, targets: readonly Target[], guard: Guard): Promise<TakenParts | undefined> {
    const { step } = decision;
    if (!kindOf(step).parts) return undefined;
    const databases = targets.flatMap(({ database }) => (database && this.#existing.has(database) ? [database] : []));
    return takeAllParts(this.#run, step, databases, guard);
  }

  /** The databases of the step that need work; all of them where drift or a server-wide look made it due. */
  #targets(decision: Decision): Target[] {
    const targets = targetsOf(this.#run, decision.step, this.#existing.names);
    const again = decision.state === "applied" || this.#run.verify;
    if (again && !kindOf(decision.step).oneTime) return targets;
    const known = this.#seen.existing;
    return targets.filter(
      ({ database }) => database === undefined || decision.databases.has(database) || !known.has(database),
    );
  }

  async #place(
    decision: Decision,
    target: Target,
    run: Run,
    guard: Guard,
    failed: TakenParts["failed"] | undefined,
  ): Promise<{ target: Target; converged: Converged } | { target: Target; error: MigrateError }> {
    const { step } = decision;
    const { database } = target;
    const exists = database === undefined || this.#existing.has(database);
    try {
      if (!exists && !createdBy(step).includes(database)) {
        throw new MigrateError("step-failed", { message: missingDatabase(database), next: "Add the step, run again." });
      }
      const unfinished = database === undefined ? undefined : failed?.get(database);
      if (unfinished) throw unfinished;
      const present = exists && !this.#isAbsent(step, database);
      return { target, converged: await converge(run, step, target, present, () => guard.assertHeld()) };
    } catch (thrown) {
      return { target, error: withoutSecrets(thrown, this.#run.secrets) };
    }
  }

  /** A database that this run has made need not be looked at. */
  #isAbsent(step: Step, database: string | undefined): boolean {
    if (database === undefined || !this.#run.couch.made?.(database)) return false;
    return kindOf(step).absentFromNew?.(step.desired) ?? false;
  }

  /** In databases that are there already, design documents are deployed one after another: each may take its time. */
  #ordered({ step }: Decision): Ordered {
    const kind = kindOf(step);
    const databases = namedDatabases(step);
    const barrier = kind.scope === "server" || databases.some(isPattern);
    const joins = kind.joins === true && databases.every((database) => !this.#seen.existing.has(database));
    return { barrier, databases, joins };
  }

  #fail(id: string, target: Target, thrown: MigrateError): void {
    const error = withoutSecrets(thrown, this.#run.secrets);
    const database = target.database ?? null;
    this.#failures.push({ id, database, code: error.code, message: error.message, next: error.next });
    const where = target.database === undefined ? {} : { database: target.database };
    this.#run.emit({ type: "step-failed", id, ...where, error });
  }

  #idsIn(state: Decision["state"]): string[] {
    return this.#seen.decisions.filter((decision) => decision.state === state).map(({ step }) => step.id);
  }

  #outcome(applied: readonly string[]): ApplyResult["result"] {
    const code = this.#ending?.code;
    if (this.#failures.length > 0) return "failed";
    if (code === "come-again" || code === "interrupted") return code;
    if (code !== undefined) return "failed";
    if (this.#seen.files.older) return "older";
    return applied.length > 0 ? "applied" : "unchanged";
  }

  result(milliseconds: number): ApplyResult {
    // Where another runner has recorded it meanwhile, or it had been and drifted.
    const recorded = [...this.#written].filter((id) => !this.due.has(id));
    const applied = [...recorded, ...this.#applied];
    const written = new Set(applied);
    const { older } = this.#seen.files;
    return {
      formatVersion: 1,
      set: this.#run.place.set,
      result: this.#outcome(applied),
      applied,
      adopted: this.#adopted,
      kept: this.#kept,
      unmatched: this.#unmatched,
      unchanged: this.#idsIn("applied").filter((id) => !this.due.has(id) && !written.has(id)),
      skipped: this.#idsIn("older"),
      ...(older ? { older } : {}),
      unfinished: [...this.#unfinished],
      notReached: this.#notReached,
      failures: this.#failures,
      warnings: this.#warnings,
      requests: { ...this.#run.couch.requests },
      milliseconds: Math.round(milliseconds),
    };
  }
}

function notThere(database: string): MigrateError {
  const message = `CouchDB accepted the request for database ${database}, but it is not there`;
  return new MigrateError("not-applied", { message, data: { database } });
}

/** Undefined: it is held. */
function lossOf({ lost }: Lease): MigrateError | undefined {
  return lost.aborted ? toMigrateError(lost.reason) : undefined;
}

/** Rejects with the first error, but only when all have ended. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === "rejected") throw outcome.reason;
}
