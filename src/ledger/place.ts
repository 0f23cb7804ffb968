/** Where a migration set keeps its ledger, its lease and its history. */
import { type Path, path } from "../couch/path.js";

export interface LedgerPlace {
  readonly database: string;
  readonly set: string;
  /** True: our own database, which we create and secure. False: its user made it, and looks after its security. */
  readonly own: boolean;
}

export function ledgerPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/_local/${`couchdb-migrate-${set}`}`;
}

export function leasePath({ database, set }: LedgerPlace): Path {
  return path`/${database}/${`lease-${set}`}`;
}

export function historyPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/${`history-${set}`}`;
}
