import { missingSchema } from "../migrations/schema-line.js";
import { visible } from "../text/visible.js";
import type { Context } from "./command.js";

/** Says how to get the schema that the files in this folder name, if it is not there. */
export function hintAtSchema(folder: string, { log }: Context): void {
  const file = missingSchema(folder);
  if (file !== undefined) log.info(`For completion in editors, run \`couchdb-migrate schema --out ${visible(file)}\`.`);
}
