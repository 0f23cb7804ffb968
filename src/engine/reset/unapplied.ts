/** A ledger in which every step is pending, and which still tells what the steps have created. Pure. */
import type { Ledger } from "../../ledger/ledger.js";

/** Steps without databases are compared on every run in any case. */
export function unapplied(ledger: Ledger): Ledger {
  const entries = Object.entries(ledger.entries).map(([id, entry]) => [id, { ...entry, databases: {} }] as const);
  return { ...ledger, entries: Object.fromEntries(entries) };
}
