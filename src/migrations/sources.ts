/** Finds and reads the migration files. */
import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { readText, type Unreadable, unreadable } from "../files/read-text.js";
import { SourceText } from "../files/source-text.js";
import type { Problems } from "./problems.js";
import { isTestFile } from "./test-file.js";

/** The files of a folder in code-unit order of their names, or the one file. */
export function readSources(path: string, problems: Problems): SourceText[] {
  const sources: SourceText[] = [];
  for (const file of findFiles(path, problems)) {
    const read = readText(file);
    if ("text" in read) sources.push(new SourceText(file, read.text));
    else report(file, read.unreadable, problems);
  }
  return sources;
}

function findFiles(path: string, problems: Problems): string[] {
  try {
    if (!statSync(path).isDirectory()) return isTestFile(path) ? reportTestFile(path, problems) : [path];
    const found = readdirSync(path, { withFileTypes: true }).filter(({ name }) => isMigrationFile(name));
    if (found.length === 0) {
      report(path, { code: "no-files", reason: "contains no *.yaml or *.yml file" }, problems);
    }
    const files = found.map(({ name }) => join(path, name)).sort();
    return found.some((entry) => entry.isSymbolicLink()) ? withoutRepetitions(files) : files;
  } catch (error) {
    const found = unreadable(error);
    report(path, { ...found, code: found.code === "missing-file" ? "missing-path" : found.code }, problems);
    return [];
  }
}

/** Several links may lead to one file; the first one counts. */
function withoutRepetitions(files: readonly string[]): string[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    const real = realPath(file);
    const isNew = !seen.has(real);
    seen.add(real);
    return isNew;
  });
}

function realPath(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    // The code that reads it reports the reason.
    return file;
  }
}

function reportTestFile(path: string, problems: Problems): [] {
  const reason =
    "is a test file, not a migration file; `couchdb-migrate test` runs it. Give the folder of the migrations";
  report(path, { code: "test-file", reason }, problems);
  return [];
}

/**
 * Hidden files and test files are not migrations. Neither are the `..data` entries of a mounted ConfigMap, which contain all files
 * again.
 */
function isMigrationFile(name: string): boolean {
  return !name.startsWith(".") && /\.ya?ml$/.test(name) && !isTestFile(name);
}

function report(file: string, { code, reason, line = 1, column = 1 }: Unreadable, problems: Problems): void {
  problems.add({ file, line, column }, code, `${file} ${reason}`);
}
