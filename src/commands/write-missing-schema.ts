import { constants, copyFile } from "node:fs/promises";
import { missingSchema, type SchemaName } from "../migrations/schema-line.js";
import { packageFile } from "../package-file.js";
import { unwritable } from "../text/unwritable.js";
import { visible } from "../text/visible.js";
import type { Context } from "./command.js";

/** Writes the schema that the files in this folder refer to, if it is missing, so that editors need no network. */
export async function writeMissingSchema(
  folder: string,
  { log }: Context,
  schema: SchemaName = "migration.schema.json",
): Promise<void> {
  const file = missingSchema(folder, schema);
  if (file === undefined) return;
  try {
    await copyFile(packageFile(`schemas/${schema}`), file, constants.COPYFILE_EXCL);
    log.info(`schema for editors written to ${visible(file)}`);
  } catch (error) {
    // The files are written, and do not need it.
    log.warn(`the schema for editors is missing: ${visible(file)} ${unwritable(error) ?? String(error)}`);
  }
}
