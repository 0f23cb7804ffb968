/** Finds and reads the migration files. */
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Problems } from "./problems.js";
import { readText, type Unreadable, unreadable } from "./read-text.js";
import { SourceText } from "./source-text.js";

/** The files of a folder in code-unit order of their names, or the one file. */
export async function readSources(path: string, problems: Problems): Promise<SourceText[]> {
  const sources: SourceText[] = [];
  const seen = new Set<string>();
  for (const file of await findFiles(path, problems)) {
    const real = await realpath(file).catch(() => file);
    if (seen.has(real)) continue;
    seen.add(real);
    const read = await readText(file);
    if ("text" in read) sources.push(new SourceText(file, read.text));
    else report(file, read.unreadable, problems);
  }
  return sources;
}

async function findFiles(path: string, problems: Problems): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter(isMigrationFile).sort();
    if (names.length === 0) {
      report(path, { code: "no-files", reason: "holds no *.yaml or *.yml file" }, problems);
    }
    return names.map((name) => join(path, name));
  } catch (error) {
    report(path, unreadable(error), problems);
    return [];
  }
}

/** Hidden files are no migrations; neither are the `..data` entries of a mounted ConfigMap, which hold all files again. */
function isMigrationFile(name: string): boolean {
  return !name.startsWith(".") && /\.ya?ml$/.test(name);
}

function report(file: string, { code, reason, line = 1, column = 1 }: Unreadable, problems: Problems): void {
  problems.add({ file, line, column }, code, `${file} ${reason}`);
}
