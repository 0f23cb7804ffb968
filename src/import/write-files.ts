/** Writes the imported files to a folder. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MigrateError } from "../contract/errors.js";
import { schemaLine } from "../migrations/schema-line.js";
import { unwritable } from "../text/unwritable.js";
import { fileError } from "./file-error.js";
import { type Imported, resultOf } from "./imported.js";
import { migrationText } from "./migration-text.js";
import { byName } from "./names.js";
import type { ImportResult } from "./result.js";
import { soundOnly } from "./sound.js";

const elsewhere = "Choose another folder with --out.";

/** `force`: replaces files with the same names, and the folders of the databases' design documents. */
export async function writeImported(imported: Imported, out: string, force: boolean): Promise<ImportResult> {
  const sound = await soundOnly(imported);
  const files = new Map(sound.assets);
  for (const file of sound.files) files.set(file.name, `${schemaLine(out)}\n\n${migrationText(file)}`);
  const paths = [...files.keys()].sort(byName);
  if (!force) await assertUnused(out);
  try {
    await write(files, paths, out, force);
  } catch (error) {
    const reason = unwritable(error);
    if (reason === undefined) throw error;
    const { path = out } = error as { readonly path?: string };
    throw new MigrateError("invalid-settings", { message: `${path} ${reason}`, next: elsewhere, cause: error });
  }
  return resultOf(out, paths, sound);
}

async function write(
  files: ReadonlyMap<string, string>,
  paths: readonly string[],
  out: string,
  force: boolean,
): Promise<void> {
  const isDesign = (path: string) => path.startsWith("design/");
  const folders = new Set(paths.filter(isDesign).map((path) => path.split("/", 2).join("/")));
  for (const folder of folders) await rm(join(out, folder), { recursive: true, force: true });
  for (const path of paths) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    // `wx`: never overwrites a file that someone else created in the meantime.
    await writeFile(join(out, path), files.get(path) ?? "", force ? {} : { flag: "wx" });
  }
}

/** Steps of two imports in one folder would claim the same objects. */
export async function assertUnused(out: string): Promise<void> {
  const used = (await namesIn(out)).filter(
    (name) => /\.ya?ml$/.test(name) || name === "design" || name === "documents",
  );
  if (used.length === 0) return;
  throw new MigrateError("invalid-settings", {
    message: `${out} is not empty: it contains ${used.slice(0, 3).join(", ")}${used.length > 3 ? ", …" : ""}`,
    next: "Choose another folder with --out, or use --force to replace its files.",
    data: { out, used },
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    if (code !== "ENOTDIR") throw fileError(error, elsewhere);
    throw new MigrateError("invalid-settings", { message: `${folder} is not a folder`, next: elsewhere });
  }
}
