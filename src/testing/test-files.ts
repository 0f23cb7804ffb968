/** Finds the test files, and the migrations that they test. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isTestFile } from "../migrations/test-file.js";

export interface Found {
  /** The folder or file of the migrations. */
  readonly migrations: string;
  /** In code-unit order of their names. */
  readonly files: readonly string[];
}

/**
 * @param path a folder of migrations, or one of its files: then the tests are those next to it; or one test file. If
 * it does not exist, there are no tests, and reading the migrations reports it.
 */
export function findTestFiles(path: string): Found {
  if (isFolder(path)) return { migrations: path, files: testsIn(path) };
  if (isTestFile(path)) return { migrations: dirname(path), files: [path] };
  return { migrations: path, files: isFolder(dirname(path)) ? testsIn(dirname(path)) : [] };
}

/** Hidden files are no tests, as they are no migrations. */
function testsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => !name.startsWith(".") && isTestFile(name));
  return names.sort().map((name) => join(folder, name));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
