/** Checks database names. */

import { CouchError } from "../reply.js";

const ordinary = /^[a-z][a-z0-9_$()+/-]*$/;
const system = new Set(["_users", "_replicator", "_global_changes", "_metadata", "_dbs", "_nodes"]);
/** A file name may have 255 bytes; this is what a shard file's name leaves for a segment. */
const longestSegment = 238;

/** @throws CouchError 400 */
export function checkDatabaseName(name: string): void {
  if (!ordinary.test(name) && !system.has(name)) throw illegalDatabaseName(name);
  if (name.split("/").some((segment) => segment.length > longestSegment)) {
    throw new CouchError(400, "database_name_too_long", `At least one path segment of \`${name}\` is too long.`);
  }
}

export function illegalDatabaseName(name: string): CouchError {
  const reason =
    `Name: '${name}'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, ` +
    "and / are allowed. Must begin with a letter.";
  return new CouchError(400, "illegal_database_name", reason);
}
