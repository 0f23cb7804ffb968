/** Loads the migrations and their tests. Throws InvalidInput with all problems of both. */
import { InvalidInput } from "../contract/problem.js";
import { readText } from "../files/read-text.js";
import { SourceText } from "../files/source-text.js";
import { FileCache } from "../migrations/files.js";
import { loadMigrations } from "../migrations/load.js";
import { Problems } from "../migrations/problems.js";
import type { Migrations } from "../migrations/step.js";
import { unsetNames } from "../migrations/unset.js";
import { didYouMean } from "../text/nearest.js";
import { list } from "../text/quantity.js";
import type { RunTestsOptions } from "./options.js";
import { readTestFile, type Test, type TestFile } from "./read-test-file.js";
import { findTestFiles } from "./test-files.js";
import { knownDatabases, type TestedSet, testedSet } from "./tested-set.js";

export interface LoadedTests {
  readonly migrations: Migrations;
  readonly files: readonly TestFile[];
  /** What the migrations declare for the database. */
  setOf(database: string): TestedSet;
}

export async function loadTests(path: string, options: RunTestsOptions): Promise<LoadedTests> {
  const found = findTestFiles(path);
  const cache = new FileCache();
  const problems = new Problems();
  const files: TestFile[] = [];
  for (const name of found.files) {
    const read = readText(name);
    if (!("text" in read)) {
      const { code, reason, line = 1, column = 1 } = read.unreadable;
      problems.add({ file: name, line, column }, code, `${name} ${reason}`);
      continue;
    }
    const file = await readTestFile(new SourceText(name, read.text), cache, problems);
    if (file) files.push(file);
  }
  options.onRead?.(cache.paths);
  // Steps outside of the tested databases may use any variable, so a test needs none.
  const loading = loadMigrations(found.migrations, { ...options, unset: "unknown" });
  const migrations = await loading.catch((error: unknown) => {
    throw error instanceof InvalidInput ? new InvalidInput([...error.problems, ...problems.all()]) : error;
  });
  const sets = new Map<string, TestedSet>();
  const setOf = (database: string) => {
    const set = sets.get(database) ?? testedSet(migrations, database);
    sets.set(database, set);
    return set;
  };
  for (const { tests } of files)
    for (const test of tests) report(test, setOf(test.ground.database), migrations, problems);
  problems.throwIfAny();
  return { migrations, files, setOf };
}

/** Names in a test that the migrations do not have, and what its check finds wrong. */
function report(
  { check, declared, at, ground }: Test,
  set: TestedSet,
  migrations: Migrations,
  problems: Problems,
): void {
  if (!set.isKnown) {
    const known = knownDatabases(migrations);
    const unset = unsetNames(migrations.unset);
    const note = unset.length > 0 ? ` (without a value: ${list(unset, 5)})` : "";
    const all = known.length > 0 ? `; they work in ${list(known, 10)}` : "";
    const message = `no step of the migrations works in database \`${ground.database}\`${didYouMean(ground.database, known, all)}${note}`;
    problems.add(ground.position, "unknown-database", message, ground.database);
    return;
  }
  for (const { path, code, message } of check.problems(declared, set)) problems.add(at(path), code, message);
}
