/** Where a migration set keeps its ledger, its lease and its history. */
import type { Query } from "../couch/couch.js";
import { type Path, path } from "../couch/path.js";

export interface LedgerPlace {
  readonly database: string;
  readonly set: string;
  /** True: our own database, which we create and secure. False: its user made it, and looks after its security. */
  readonly own: boolean;
}

export function ledgerPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/_local/${ledgerName(set)}`;
}

/** The query of a listing of `_local` documents that has the ledger, and nothing else. */
export function ledgerAlone({ set }: LedgerPlace): Query {
  const key = JSON.stringify(`_local/${ledgerName(set)}`);
  return { start_key: key, end_key: key };
}

/** The query of a listing of `_local` documents that has the ledgers of all sets, and their contents. */
export const allLedgers: Query = {
  start_key: JSON.stringify(`_local/${ledgerName("")}`),
  end_key: JSON.stringify(`_local/${ledgerName("")}\ufff0`),
  include_docs: true,
};

function ledgerName(set: string): string {
  return `couchdb-migrate-${set}`;
}

export interface PartPlace {
  readonly step: string;
  readonly number: number;
}

/** Where a lease lies: the set's own, or one of a part of its work. */
export interface LeasePlace extends LedgerPlace {
  /** A set's name holds no colon, so that the part's lease is no set's; nor does a step's id. */
  readonly part?: PartPlace;
}

export function leasePath({ database, set, part }: LeasePlace): Path {
  const id = part === undefined ? `lease-${set}` : `${partPrefix(set)}${part.step}:part-${part.number}`;
  return path`/${database}/${id}`;
}

function partPrefix(set: string): string {
  return `lease-${set}:`;
}

/** The query of a listing that has the leases of a set's parts, and nothing else. */
export function partLeases({ set }: LedgerPlace): Query {
  // `;` follows `:`.
  return { start_key: JSON.stringify(partPrefix(set)), end_key: JSON.stringify(`lease-${set};`), inclusive_end: false };
}

/** `undefined`: it is the id of no part's lease. */
export function partOfLease({ set }: LedgerPlace, id: string): PartPlace | undefined {
  if (!id.startsWith(partPrefix(set))) return undefined;
  const [, step, number] = /^(.+):part-(\d+)$/.exec(id.slice(partPrefix(set).length)) ?? [];
  return step === undefined ? undefined : { step, number: Number(number) };
}

export function historyPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/${`history-${set}`}`;
}
