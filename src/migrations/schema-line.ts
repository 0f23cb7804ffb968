/**
 * The first line of a migration or test file, which tells editors where the JSON Schema is. It needs no network: it points to
 * the installed package, or to a copy of the schema next to the file.
 */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const installed = "node_modules/couchdb-migrate/schemas";

/** The schema of migration files, and that of test files. */
export type SchemaName = "migration.schema.json" | "tests.schema.json";

/** @param folder the folder of the file; it need not exist yet */
export function schemaLine(folder: string, schema: SchemaName = "migration.schema.json"): string {
  const file = join(installed, schema);
  const found = above(resolve(folder)).find((parent) => existsSync(join(parent, file)));
  const path = found === undefined ? `./${schema}` : relative(resolve(folder), join(found, file));
  return `# yaml-language-server: $schema=${path.replaceAll(sep, "/")}`;
}

/** The copy of the schema that the line in this folder names, if it is missing; otherwise undefined. */
export function missingSchema(folder: string, schema: SchemaName): string | undefined {
  const file = join(folder, schema);
  return schemaLine(folder, schema).endsWith(`=./${schema}`) && !existsSync(file) ? file : undefined;
}

/** The folder and its parents. */
function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}
