/** What became of each item of a `stage`, and the result of the run. */
import type { MigrateError } from "../../contract/errors.js";
import type { OlderFiles, StagedIndex, StageResult } from "../../contract/results.js";
import { environmentIn } from "../../ledger/place.js";
import { fail } from "../outcome.js";
import type { Run } from "../session.js";
import { latestWork } from "../summarise.js";
import type { Built } from "./build-item.js";
import { indexesOf, type StageItem } from "./items.js";

export class Outcomes {
  readonly #run: Run;
  readonly #staged: StagedIndex[] = [];
  readonly #deployed: StagedIndex[] = [];
  readonly #replaced: StagedIndex[] = [];
  readonly #unfinished: StagedIndex[] = [];
  #ending: MigrateError | undefined;
  nothingAhead = 0;
  older: OlderFiles | undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  add(item: StageItem, { staged, deployed }: Built): void {
    this.#staged.push(...indexesOf({ ...item, documents: staged }));
    this.#deployed.push(...indexesOf({ ...item, documents: deployed }));
    this.#replaced.push(
      ...staged.flatMap(({ designDoc, replaces }) =>
        replaces.map((name) => ({ id: item.step.id, database: item.database, designDoc, name })),
      ),
    );
  }

  /** `timeout` or a signal ended it; the next run continues. */
  cut(item: StageItem): void {
    this.#unfinished.push(...indexesOf(item));
  }

  fail({ step, database }: StageItem, error: unknown): void {
    fail(this.#run, step.id, database, error);
  }

  hasFailed(id: string): boolean {
    return this.failures.some((failure) => failure.id === id);
  }

  end(error: MigrateError): void {
    this.#ending ??= error;
  }

  /** Why the run ended early, if no step is the cause. */
  get ending(): MigrateError | undefined {
    return this.#ending ?? (this.#unfinished.length > 0 ? this.#run.why() : undefined);
  }

  get failures() {
    return latestWork(this.#run.outcomes).failures;
  }

  /** Ids of steps with something that is built ahead now. */
  get stagedIds(): string[] {
    return [...new Set(this.#staged.map(({ id }) => id))];
  }

  get outcome(): StageResult["result"] {
    const code = this.ending?.code;
    if (this.failures.length > 0) return "failed";
    if (code === "incomplete" || code === "interrupted") return code;
    if (code) return "failed";
    if (this.older) return "older";
    return this.#staged.length + this.#deployed.length > 0 ? "staged" : "unchanged";
  }

  result(milliseconds: number): StageResult {
    const { couch, place, steps, version } = this.#run;
    return {
      formatVersion: 1,
      set: place.set,
      ...environmentIn(place),
      result: this.outcome,
      version,
      staged: this.#staged,
      deployed: this.#deployed,
      replaced: this.#replaced,
      unfinished: this.#unfinished,
      nothingAhead: this.nothingAhead,
      skipped: this.older ? steps.map(({ id }) => id) : [],
      ...(this.older ? { older: this.older } : {}),
      failures: this.failures,
      warnings: latestWork(this.#run.outcomes).warnings,
      requests: { ...couch.requests },
      milliseconds: Math.round(milliseconds),
    };
  }
}
