/**
 * The contract of a check: one kind of test, such as `view`.
 *
 * To add one: write `src/testing/checks/<name>.ts`, add it to the list in `checks/index.ts`, and run
 * `npm run generate`, which writes its validator and the editor schema. Add files to `test/testing/same/`, which prove
 * that it has the same result in the embedded server and in CouchDB, and a section to docs/testing.md.
 */
import type { ComparedLine } from "../contract/test-results.js";
import type { SpecProblem } from "../steps/kind.js";
import type { Schema } from "../steps/schema.js";
import type { TestContext } from "./context.js";
import type { TestedSet } from "./tested-set.js";

/** An expectation that is not met. */
export interface Mismatch {
  /** JSON Pointer to the expectation in the test. */
  readonly path: string;
  /** One sentence, without a full stop. */
  readonly message: string;
  readonly diff?: readonly ComparedLine[];
}

export interface Check<Test = unknown> {
  /** The field that says what is tested. */
  readonly name: string;
  /** One sentence for editors. */
  readonly summary: string;
  /** The fields of the test, in addition to those that every test has. */
  readonly properties: Readonly<Record<string, Schema>>;
  /** Problems that the schema does not express, and names that the migrations do not have. Pure. */
  problems(test: Test, set: TestedSet): readonly SpecProblem[];
  /** Returns the expectations that are not met. */
  run(test: Test, context: TestContext): Promise<readonly Mismatch[]>;
}

/** Keeps the type of the test in a list of checks. */
export function defineCheck<Test>(check: Check<Test>): Check<Test> {
  return check;
}
