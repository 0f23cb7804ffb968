/**
 * What `runTests` returns, and what `test --format json` prints: `formatVersion` 1. Fields may be added, but never
 * renamed.
 */

/** One line of a comparison: in the expectation only, on the server only, or in both. */
export interface ComparedLine {
  readonly in: "expected" | "actual" | "both";
  /** A row or a document as JSON, or a part of it. */
  readonly text: string;
}

/** One expectation that was not met, and its place. */
export interface TestFailure {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Absent: the message says everything. */
  readonly diff?: readonly ComparedLine[];
}

export interface TestResult {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** What it tests: `view`, `write`, `filter`, `find`, `transform`, or `migrations`. */
  readonly tests: string;
  readonly result: "passed" | "failed";
  /** The test with the first use of a database includes the time that its preparation took. */
  readonly milliseconds: number;
  /** Empty: it passed. */
  readonly failures: readonly TestFailure[];
}

export interface TestedFile {
  readonly file: string;
  readonly tests: readonly TestResult[];
}

/** A view for which no document of any test has a row. */
export interface UncoveredView {
  /** The id of the step that deploys it. */
  readonly step: string;
  /** Its databases, as the step names them. */
  readonly databases: readonly string[];
  /** Without `_design/`. */
  readonly designDoc: string;
  readonly view: string;
}

/** The server that the tests ran on. */
export interface TestServer {
  readonly embedded: boolean;
  readonly url: string;
  readonly version: string;
}

export interface TestResults {
  readonly formatVersion: 1;
  /** Absent: no test ran. */
  readonly server?: TestServer;
  readonly files: readonly TestedFile[];
  readonly passed: number;
  readonly failed: number;
  /** Tests that the filter left out. */
  readonly skipped: number;
  /** Empty if a filter was given, because not all tests ran. */
  readonly notCovered: readonly UncoveredView[];
  readonly milliseconds: number;
}
