/** The fields that name databases, the same in every kind. */

import { defaults } from "../contract/options.js";
import { toPointer } from "../text/pointer.js";
import type { SpecProblem } from "./kind.js";
import type { Schema } from "./schema.js";

/** CouchDB accepts 238 characters; a longer name plus the suffix of a shard file is too long for a file system. */
const maxLength = 238;

/** The name of a database that a step creates. */
export const newDatabase: Schema = {
  type: "string",
  description:
    "Name of the database: lower case letters, digits and `_$()+-/`, beginning with a letter; or a system database: `_users`, `_replicator`, `_global_changes`.",
  pattern: "^(?:[a-z][a-z0-9_$()+/-]*|_users|_replicator|_global_changes)$",
  minLength: 1,
  maxLength,
  examples: ["zerglings"],
  variables: true,
};

const reference: Schema = {
  type: "string",
  pattern: "^(?:[a-z*][a-z0-9_$()+/*-]*|_[a-z_]+)$",
  minLength: 1,
  maxLength,
  variables: true,
};

/** The databases that a step works in. */
export const databases: Schema = {
  description:
    "Name of the database, a pattern in which `*` stands for any text (`tenant-*`), or a list of both. Patterns match existing databases and those that earlier steps create, never `_…`.",
  examples: ["zerglings", "tenant-*", ["zerglings", "hydralisks"]],
  anyOf: [reference, { type: "array", items: reference, minItems: 1, uniqueItems: true }],
};

/** As the user writes it. */
export type DatabaseField = string | readonly string[];

/**
 * The names and patterns of the field, without duplicates, in an order that does not depend on how they were listed.
 */
export function databaseList(field: DatabaseField): readonly string[] {
  return [...new Set(typeof field === "string" ? [field] : field)].sort();
}

/** No step may change the tool's own database, which contains ledger, lease and history. */
export function ownDatabaseProblems(field: DatabaseField, key: string): readonly SpecProblem[] {
  const named = typeof field === "string" ? [field] : field;
  return named.flatMap((name, i) => {
    if (name !== defaults.ledgerDatabase) return [];
    const path = typeof field === "string" ? toPointer([key]) : toPointer([key, i]);
    const message = `\`${name}\` is the database of couchdb-migrate's ledger; use another name`;
    return [{ path, code: "own-database", message }];
  });
}

/** For titles: `zerglings, hydralisks`. */
export function listed(names: readonly string[]): string {
  return names.join(", ");
}
