/** Where a migration set keeps its ledger, its lease and its history. */
import type { Query } from "../couch/couch.js";
import { type Path, path } from "../couch/path.js";

export interface LedgerPlace {
  readonly database: string;
  readonly set: string;
  /**
   * True: the default database, which we create and secure. False: the user created it, and is responsible for its
   * security.
   */
  readonly own: boolean;
  /** The environment of the run, for commands in messages. Absent: none. */
  readonly environment?: string;
}

/** The environment as a field of a result, a record or a place. */
export function environmentIn({ environment }: { readonly environment?: string | undefined }): {
  readonly environment?: string;
} {
  return environment === undefined ? {} : { environment };
}

export function ledgerPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/_local/${ledgerName(set)}`;
}

/** The query for a listing of `_local` documents that contains only the ledger. */
export function ledgerAlone({ set }: LedgerPlace): Query {
  const key = JSON.stringify(`_local/${ledgerName(set)}`);
  return { start_key: key, end_key: key };
}

/** The query for a listing of `_local` documents that contains the ledgers of all sets, with their contents. */
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

/** Where a lease is stored: the set's own, or that of a part. */
export interface LeasePlace extends LedgerPlace {
  /**
   * The names of sets and the ids of steps contain no colon, so the id of a part's lease can't be that of a set's
   * lease.
   */
  readonly part?: PartPlace;
}

export function leasePath({ database, set, part }: LeasePlace): Path {
  const id = part === undefined ? `lease-${set}` : `${partPrefix(set)}${part.step}:part-${part.number}`;
  return path`/${database}/${id}`;
}

function partPrefix(set: string): string {
  return `lease-${set}:`;
}

/** The query for a listing that contains only the leases of a set's parts. */
export function partLeases({ set }: LedgerPlace): Query {
  // `;` follows `:`.
  return { start_key: JSON.stringify(partPrefix(set)), end_key: JSON.stringify(`lease-${set};`), inclusive_end: false };
}

/** `undefined`: the id is not that of a part's lease. */
export function partOfLease({ set }: LedgerPlace, id: string): PartPlace | undefined {
  if (!id.startsWith(partPrefix(set))) return undefined;
  const [, step, number] = /^(.+):part-(\d+)$/.exec(id.slice(partPrefix(set).length)) ?? [];
  return step === undefined ? undefined : { step, number: Number(number) };
}

export function stagedPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/${`staged-${set}`}`;
}

export function historyPath({ database, set }: LedgerPlace): Path {
  return path`/${database}/${`history-${set}`}`;
}
