import type { Entry, Ledger } from "./ledger.js";

/** The entry of a step; also works for ids such as `constructor`. */
export function entryOf(ledger: Pick<Ledger, "entries"> | undefined, id: string): Entry | undefined {
  return ledger && Object.hasOwn(ledger.entries, id) ? ledger.entries[id] : undefined;
}
