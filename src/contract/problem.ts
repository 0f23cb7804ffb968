import { MigrateError } from "./errors.js";

/** A place in a migration file. Lines and columns count from 1; columns in characters, as in editors. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the input. */
export interface Problem extends Position {
  /** Stable, for machines and tests: `unknown-step`, `duplicate-id`, `missing-variable`, … */
  readonly code: string;
  /** What is wrong, and what would be right. No secret. */
  readonly message: string;
  /** The offending text, shortened, with control characters made visible. */
  readonly text?: string;
}

/** The files are right where only variables are missing; `validate` would find no fault. */
const setThem = { next: "Set the variables, then run again." };

/** All problems of the input at once: nothing was applied. */
export class InvalidInput extends MigrateError {
  override readonly name = "InvalidInput";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const first = problems[0];
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super("invalid-input", {
      message: first
        ? `${first.file}:${first.line}:${first.column}: ${first.message}${more}`
        : "the migration files are invalid",
      data: { problems },
      ...(problems.length > 0 && problems.every(({ code }) => code === "missing-variable") && setThem),
    });
    this.problems = problems;
  }
}
