/** Commands in messages, in a form that can be pasted. Pure. */
import { defaults } from "../contract/options.js";
import { visible } from "../text/visible.js";
import type { LedgerPlace } from "./place.js";

export interface Arguments {
  /** The id of a step. */
  readonly id?: string;
  /** The path of the migration files, for commands that read them. */
  readonly path?: string | undefined;
}

/** In backticks. */
export function commandLine(words: string, place: LedgerPlace, given: Arguments = {}): string {
  return `\`${commandText(words, place, given)}\``;
}

/** Includes the path, the set, the environment and the database of the ledger if they are not the defaults. */
export function commandText(words: string, place: LedgerPlace, { id, path }: Arguments = {}): string {
  const { set, database, own, environment } = place;
  return [
    "couchdb-migrate",
    words,
    ...(id === undefined ? [] : [quoted(id, "ID")]),
    ...(path === undefined || path === defaults.path ? [] : [quoted(path, "PATH")]),
    ...(set === defaults.set ? [] : [`--set ${named(set, "SET")}`]),
    ...(environment === undefined ? [] : [`--environment ${named(environment, "ENVIRONMENT")}`]),
    ...(own ? [] : [`--ledger-database ${named(database, "DATABASE")}`]),
  ].join(" ");
}

/** A database's name may contain `$`, `(` and `)`. A name that the flag would refuse is not repeated. */
function named(text: string, placeholder: string): string {
  return /^[\w./+$()-]+$/.test(text) ? quoted(text, placeholder) : placeholder;
}

/**
 * Quotes text for a shell. Text that a terminal does not show unchanged, or that looks like a flag, is not repeated.
 */
function quoted(text: string, placeholder: string): string {
  if (text === "" || text.startsWith("-") || visible(text) !== text) return placeholder;
  return /^[\w./+:@%,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
