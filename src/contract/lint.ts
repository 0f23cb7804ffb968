/** What `lint` returns, and what `lint --format json` prints: `formatVersion` 1. Fields may be added, never renamed. */

/** `error`: it does not work. `warning`: it is probably not what was meant. `note`: it could be better. */
export type LintSeverity = "error" | "warning" | "note";

export interface LintFinding {
  /** The id of the rule: docs/lint.md describes it. */
  readonly rule: string;
  readonly severity: LintSeverity;
  /** What is wrong, and what to do. No secret. */
  readonly message: string;
  /** The migration file, or the file that it names. Lines and columns count from 1; columns in characters. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The id of the step. */
  readonly id: string;
}

export interface LintResult {
  readonly formatVersion: 1;
  /** The migration files. */
  readonly files: readonly string[];
  readonly steps: number;
  /** In the order of the files. */
  readonly findings: readonly LintFinding[];
  /** Variables that are not set: what depends on them was not checked. Absent: all are set. */
  readonly unset?: readonly string[];
}

/**
 * What a rule is about.
 *
 * @internal
 */
export interface LintRule {
  readonly id: string;
  readonly severity: LintSeverity;
  /** A phrase. */
  readonly summary: string;
  /** Why it matters, as Markdown. */
  readonly reason: string;
}
