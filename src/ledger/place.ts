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

/** Where a lease lies: the set's own, or one of a part of its work. */
export interface LeasePlace extends LedgerPlace {
  /** A set's name holds no colon, so that the part's lease is no set's. */
  readonly part?: { readonly step: string; readonly number: number };
}

export function leasePath({ database, set, part }: LeasePlace): Path {
  const name = part === undefined ? set : `${set}:${part.step}:part-${part.number}`;
  return path`/${database}/${`lease-${name}`}`;
}

export function historyPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/${`history-${set}`}`;
}
