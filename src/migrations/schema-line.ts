/**
 * The first line of a migration file, which tells editors where the JSON Schema is. It needs no network: it points to
 * the installed package, or to a copy of the schema next to the file.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const installed = "node_modules/couchdb-migrate/schemas/migration.schema.json";

const schemaFileName = "migration.schema.json";

/** @param folder the folder of the migration file; it need not exist yet */
export function schemaLine(folder: string): string {
  const found = above(resolve(folder)).find((parent) => existsSync(join(parent, installed)));
  const path = found === undefined ? `./${schemaFileName}` : relative(resolve(folder), join(found, installed));
  return `# yaml-language-server: $schema=${path.replaceAll(sep, "/")}`;
}

/** The copy of the schema that the line in this folder names, if it is missing; otherwise undefined. */
export function missingSchema(folder: string): string | undefined {
  const file = join(folder, schemaFileName);
  return schemaLine(folder).endsWith(`=./${schemaFileName}`) && !existsSync(file) ? file : undefined;
}

/** The folder and its parents. */
function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}
