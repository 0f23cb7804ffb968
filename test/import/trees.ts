import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The texts of all files below the folder, by path. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file) => [relative(folder, file), await readFile(file, "utf8")]),
  );
  return Object.fromEntries(texts);
}
