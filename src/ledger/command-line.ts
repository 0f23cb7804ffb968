/** Commands that messages name: as they can be pasted. Pure. */
import { defaults } from "../options.js";
import type { LedgerPlace } from "./place.js";

/** In backticks, with the set and the database of the ledger where they are not the defaults. */
export function commandLine(words: string, { set, database, own }: LedgerPlace): string {
  const flags = [
    ...(set === defaults.set ? [] : [`--set ${quoted(set, "SET")}`]),
    ...(own ? [] : [`--ledger-database ${quoted(database, "DATABASE")}`]),
  ];
  return `\`${["couchdb-migrate", words, ...flags].join(" ")}\``;
}

/** A database's name may hold `$`, `(` and `)`; what is no name that a flag takes is not repeated. */
function quoted(text: string, placeholder: string): string {
  if (/^[\w./+-]+$/.test(text)) return text;
  return /^[\w./+$()-]+$/.test(text) ? `'${text}'` : placeholder;
}
