/** Checks an index until it is built, with little load: one request at a time, at increasing intervals. */
import { type ErrorCode, type MigrateError, toMigrateError } from "../../contract/errors.js";
import { inventoryOf } from "../../couch/inventory.js";
import { rest } from "../../couch/pause.js";
import type { StepContext } from "../../steps/kind.js";
import { type Build, buildFailure, gone, whyNot } from "./build-failure.js";
import type { BuildTurns } from "./build-turns.js";
import {
  BuildProgress,
  isBehind,
  isBuilt,
  isCaughtUp,
  isCommitting,
  nextPause,
  Standstill,
  shortPause,
} from "./build-wait.js";
import { awaitSmallBuild, type IndexState, indexState, triggerBuild } from "./index-state.js";

export type BuildContext = Pick<StepContext<unknown>, "couch" | "signal" | "progress" | "assertHeld" | "builds">;

/** How long the server may be unreachable, in milliseconds: it may be restarting. */
const patience = 120_000;
const kept = 20;

const passing: ReadonlySet<ErrorCode> = new Set(["unreachable", "outcome-unknown", "node-down"]);

export class BuildWatch {
  readonly #context: BuildContext;
  readonly #build: Build;
  readonly #standstill = new Standstill();
  readonly #progressed = new BuildProgress();
  #looks: readonly IndexState[] = [];
  #pause = 0;
  /** Unknown before the build is triggered. */
  #copies = Number.POSITIVE_INFINITY;
  #isTriggered = false;
  /** When the first check began that CouchDB did not answer. */
  #silentSince: number | undefined;

  constructor(context: BuildContext, build: Build) {
    this.#context = context;
    this.#build = build;
  }

  /** Triggers the build, and waits until another one may begin. */
  async untilCaughtUp(): Promise<void> {
    const { couch, signal } = this.#context;
    const { database, name, doc } = this.#build;
    const isOver = (look: IndexState) => isCaughtUp(look, this.#size) || this.#isBuilt();
    if (await this.#check(isOver)) return;
    // If it fails, the next check says why.
    await awaitSmallBuild(couch, database, name, doc, signal).catch(() => {});
    while (!(await this.#check(isOver))) await rest(this.#pause, signal);
  }

  /** Waits for the commit. False: the index has to be built first. @param ask puts one question after another */
  async isCommitted(ask: BuildTurns["ask"]): Promise<boolean> {
    const isOver = (look: IndexState) => this.#isBuilt() || isBehind(look.pending, this.#size);
    const { signal } = this.#context;
    // One question a check, or two: either way, four per second.
    const [of, pause] =
      this.#copies < 2 ? (["one copy", shortPause / 2] as const) : (["all nodes", shortPause] as const);
    const check = async () => {
      const over = await this.#check(isOver, of);
      if (!over) await rest(pause, signal);
      return over;
    };
    if (this.#isBuilt()) return true;
    while (!(await ask(check)));
    return this.#isBuilt();
  }

  /** Checks once. Whether the wait is over; if not, what does not run is triggered. */
  async #check(isOver: (look: IndexState) => boolean, of?: "one copy" | "all nodes"): Promise<boolean> {
    const { signal, assertHeld, progress, couch } = this.#context;
    const { database, name, doc, what } = this.#build;
    signal.throwIfAborted();
    assertHeld?.();
    const began = performance.now();
    try {
      if (!this.#isTriggered) await this.#trigger();
      const look = await indexState(couch, database, name, of);
      if (!look) throw gone(database, name);
      this.#silentSince = undefined;
      this.#looks = [...this.#looks, look].slice(-kept);
      const moved = this.#progressed.add(look);
      const committing = isCommitting(look, this.#size) ? { committing: true } : {};
      progress({ done: this.#progressed.done, total: this.#progressed.size, unit: "changes", what, ...committing });
      if (isOver(look)) return true;
      if (this.#standstill.isToBeAsked(moved, look.building)) {
        const reason = await whyNot(couch, this.#build, signal);
        if (reason !== undefined) throw buildFailure(this.#build, reason);
      }
      // After a restart of the server, and for what was written meanwhile, nothing is built until a query triggers it.
      // Triggered after the check, so that the next one can find the index committed, even with constant writes.
      if (!look.building && look.pending > 0) await triggerBuild(couch, database, name, doc, signal);
      this.#pause = nextPause(this.#pause, look, this.#size);
    } catch (thrown) {
      const error = toMigrateError(thrown);
      this.#silentSince ??= began;
      if (!isPassing(error) || performance.now() - this.#silentSince > patience) throw error;
      this.#isTriggered = false;
      this.#progressed.restart();
    }
    return false;
  }

  async #trigger(): Promise<void> {
    const { couch, signal } = this.#context;
    const { database, name, doc } = this.#build;
    await triggerBuild(couch, database, name, doc, signal);
    this.#copies = (await inventoryOf(couch).info(database))?.n ?? 1;
    this.#isTriggered = true;
  }

  #isBuilt(): boolean {
    return isBuilt(this.#looks, { size: this.#size, copies: this.#copies });
  }

  /** The number of changes of the whole build. */
  get #size(): number {
    return this.#progressed.whole;
  }
}

/** The server or one of its nodes restarts: it answers with a 500, or not at all. */
function isPassing(error: MigrateError): boolean {
  return passing.has(error.code) || (error.code === "request-failed" && Number(error.data.status) >= 500);
}
