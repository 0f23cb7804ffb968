/** What `dev` shows of one round: everything that it did after a change. Nothing in it is secret. */
import type { MigrateError } from "./errors.js";
import type { LintResult } from "./lint.js";
import type { ResetPlan } from "./reset.js";
import type { ApplyResult, Orphan } from "./results.js";
import type { TestResults } from "./test-results.js";

export interface DevRound {
  /** What is being done. Absent: the round is over. */
  readonly doing?: string;
  /** By the clock of this machine. */
  readonly at: Date;
  /** Ids of steps, with their places in the files. */
  readonly places: ReadonlyMap<string, string>;
  /** How many files and steps. Absent: they are invalid. */
  readonly loaded?: { readonly files: number; readonly steps: number };
  readonly removed?: ResetPlan;
  readonly lint?: LintResult;
  readonly applied?: ApplyResult;
  /** What was written, for people. */
  readonly written: readonly string[];
  readonly orphans: readonly Orphan[];
  readonly tests?: TestResults;
  /** What went wrong, by the part of the round: in the files, in a run, in the test files. */
  readonly errors: Readonly<Partial<Record<"files" | "lint" | "reset" | "apply" | "tests", MigrateError>>>;
}

/** What stays the same in all rounds. */
export interface DevHeader {
  /** With the login if it is no secret. */
  readonly url: string;
  /** For people: `embedded; data in .couchdb-migrate/dev`. */
  readonly server: string;
  readonly set: string;
  readonly environment?: string;
  readonly path: string;
  /** The terminal has keys. */
  readonly keys: boolean;
}
