import type { LedgerPlace } from "../ledger/place.js";

/** The database of the ledger, for results; only if it is not the default one. */
export function ledgerElsewhere({ own, database }: LedgerPlace): { readonly ledgerDatabase?: string } {
  return own ? {} : { ledgerDatabase: database };
}
