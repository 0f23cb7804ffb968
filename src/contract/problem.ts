import { placeOf } from "../text/place-of.js";
import { MigrateError } from "./errors.js";

/** A place in a migration file. Lines and columns count from 1; columns in characters, as in editors. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A problem in the input. */
export interface Problem extends Position {
  /** Stable, for machines and tests: `unknown-step`, `duplicate-id`, `missing-variable`, … */
  readonly code: string;
  /** What is wrong, and what would be correct. No secret. */
  readonly message: string;
  /** The offending text, shortened, with control characters made visible. */
  readonly text?: string;
}

const firstFile = "Give another folder, or create the first file with `couchdb-migrate new NAME`.";

/** What to do if all problems have the same cause, and `validate` would not help. */
const nextOf: Readonly<Record<string, string>> = {
  "missing-variable": "Set the variables, then run again.",
  "missing-path": firstFile,
  "no-files": firstFile,
};

/** All problems of the input, reported together: nothing was applied. */
export class InvalidInput extends MigrateError {
  override readonly name = "InvalidInput";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const first = problems[0];
    const next = first && nextOf[first.code];
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    super("invalid-input", {
      message: first ? `${placeOf(first)}${first.message}${more}` : "the migration files are invalid",
      data: { problems },
      ...(next !== undefined && problems.every(({ code }) => nextOf[code] === next) && { next }),
    });
    this.problems = problems;
  }
}
