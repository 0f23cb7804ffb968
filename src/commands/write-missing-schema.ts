import { constants, copyFile } from "node:fs/promises";
import { missingSchema } from "../migrations/schema-line.js";
import { packageFile } from "../package-file.js";
import { visible } from "../text/visible.js";
import type { Context } from "./command.js";

/** Writes the schema that the files in this folder refer to, if it is missing, so that editors need no network. */
export async function writeMissingSchema(folder: string, { log }: Context): Promise<void> {
  const file = missingSchema(folder);
  if (file === undefined) return;
  await copyFile(packageFile("schemas/migration.schema.json"), file, constants.COPYFILE_EXCL);
  log.info(`schema for editors written to ${visible(file)}`);
}
