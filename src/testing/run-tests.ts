/** The tests for users of the library and for commands. Their code is only loaded when they run. */
import type { TestResults } from "../contract/test-results.js";
import type { RunTestsOptions } from "./options.js";

/**
 * Runs the test files of a folder of migrations, or one of them. It also resolves if tests failed, or if there are
 * none: see `failed` and `files`.
 *
 * @throws InvalidInput with all problems of the migrations and the tests; MigrateError if the server can't be used
 */
export async function runTests(path: string, options: RunTestsOptions = {}): Promise<TestResults> {
  const { runAll } = await import("./run-all.js");
  return runAll(path, options);
}
