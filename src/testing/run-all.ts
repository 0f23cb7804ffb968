/** Runs all tests, and returns the results. */
import pMap from "p-map";
import { MigrateError, stopReason, toMigrateError } from "../contract/errors.js";
import type { TestFailure, TestResult, TestResults } from "../contract/test-results.js";
import type { Mismatch } from "./check.js";
import { applyAll } from "./checks/migrations.js";
import { type Server, TestContext } from "./context.js";
import { findUncovered } from "./coverage.js";
import { type LoadedTests, loadTests } from "./load-tests.js";
import { withTestServer } from "./open-server.js";
import type { RunTestsOptions } from "./options.js";
import type { Ground, Test, TestFile } from "./read-test-file.js";

/** How many tests run at the same time. */
const concurrency = 8;

export async function runAll(path: string, options: RunTestsOptions): Promise<TestResults> {
  const began = performance.now();
  const { only = () => true } = options;
  const loaded = await loadTests(path, options);
  const all = loaded.files.flatMap(casesOf);
  const chosen = all.filter(({ name }) => only(name));
  const isWhole = all.length === chosen.length;
  const done =
    chosen.length === 0
      ? { results: [], notCovered: [] }
      : await withTestServer(options, async (server) => {
          const contexts = contextsOf(chosen, server, loaded);
          const results = await runCases(chosen, contexts, options.signal);
          const { url } = server.run.couch;
          return {
            results,
            notCovered: isWhole ? await findUncovered(loaded.migrations, [...contexts.values()]) : [],
            server: { embedded: options.connection === undefined, url, version: await server.run.couch.version() },
          };
        });
  const { results, ...more } = done;
  const passed = results.filter(({ result }) => result === "passed").length;
  const files = loaded.files.map(({ file }) => ({ file, tests: results.filter((_, i) => chosen[i]?.file === file) }));
  return {
    formatVersion: 1,
    ...more,
    files: files.filter(({ tests }) => tests.length > 0),
    passed,
    failed: results.length - passed,
    skipped: all.length - chosen.length,
    milliseconds: since(began),
  };
}

/** In milliseconds, to a tenth. */
function since(began: number): number {
  return Math.round((performance.now() - began) * 10) / 10;
}

/** A test of a file, or the check of its documents. */
interface Case extends Pick<Test, "name" | "position" | "ground" | "at"> {
  readonly file: string;
  readonly tests: string;
  run(context: TestContext): Promise<readonly Mismatch[]>;
}

function casesOf({ file, tests, grounds }: TestFile): Case[] {
  const own = tests.map((test): Case => {
    const { name, position, ground, at, check, declared } = test;
    return { name, position, ground, at, file, tests: check.name, run: (context) => check.run(declared, context) };
  });
  const everywhere = grounds.map((ground): Case => {
    const { position, database } = ground;
    const name = `the migrations apply to ${database} with these documents`;
    return { name, position, ground, at: () => position, file, tests: "migrations", run: applyAll };
  });
  return [...own, ...everywhere];
}

/** Tests on the same ground share a context. */
function contextsOf(cases: readonly Case[], server: Server, { setOf }: LoadedTests): ReadonlyMap<Ground, TestContext> {
  const grounds = new Set(cases.map(({ ground }) => ground));
  return new Map(
    [...grounds].map((ground) => [ground, new TestContext(server, setOf(ground.database), ground.documents)]),
  );
}

function runCases(
  cases: readonly Case[],
  contexts: ReadonlyMap<Ground, TestContext>,
  signal: AbortSignal | undefined,
): Promise<TestResult[]> {
  return pMap(
    cases,
    (one) => {
      if (signal?.aborted) throw interrupted(signal);
      return runCase(one, contexts.get(one.ground) as TestContext);
    },
    { concurrency },
  );
}

async function runCase({ name, position, tests, run, at }: Case, context: TestContext): Promise<TestResult> {
  const began = performance.now();
  const { line, column } = position;
  const mismatches = await run(context).catch((thrown: unknown) => [mismatchOf(toMigrateError(thrown))]);
  const failures = mismatches.map(
    ({ path, message, diff }): TestFailure => ({ message, ...at(path), ...(diff && { diff }) }),
  );
  const milliseconds = since(began);
  const result = failures.length === 0 ? "passed" : "failed";
  return { name, line, column, tests, result, milliseconds, failures };
}

function interrupted(signal: AbortSignal): MigrateError {
  const { code, message, cause } = stopReason(signal, "the tests were interrupted");
  return new MigrateError(code, { message, cause, next: "Run the tests again; what they created was removed." });
}

/** An error of the server fails its test. After some errors, all further tests would fail for the same reason. */
function mismatchOf(error: MigrateError): Mismatch {
  if (error.code === "bug" || error.code === "unreachable" || error.code === "interrupted") throw error;
  return { path: "", message: error.message };
}
