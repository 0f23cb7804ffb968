import type { LedgerPlace } from "../ledger/place.js";

/** The database of the ledger, for results, if it is not the tool's own. */
export function ledgerElsewhere({ own, database }: LedgerPlace): { readonly ledgerDatabase?: string } {
  return own ? {} : { ledgerDatabase: database };
}
