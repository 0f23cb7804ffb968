/**
 * Reads and writes the ledger document. It is a `_local` document, so it is merged with the stored one before each
 * write.
 */

import { randomUUID } from "node:crypto";
import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { writeLocal } from "../couch/local-document.js";
import { path } from "../couch/path.js";
import { readIfAllowed } from "../couch/read-if-allowed.js";
import type { Ledger, StoredLedger } from "./ledger.js";
import { parseLedger } from "./ledger-document.js";
import { mergeLedgers } from "./merge.js";
import { type LedgerPlace, ledgerAlone, ledgerPath } from "./place.js";

export type { LedgerPlace } from "./place.js";

/**
 * Sends one request. `undefined`: the ledger or the database does not exist. Throws `ledger-unreadable`, and
 * `not-couchdb`.
 */
export async function readLedger(couch: Couch, place: LedgerPlace): Promise<StoredLedger | undefined> {
  const answer = await couch.read<{ _id?: unknown } | null>(ledgerPath(place), { accept: [404], fresh: true });
  if (answer.status === 404) return undefined;
  // This is the first read from a server, so it detects any other server that accepts every path and answers in JSON.
  if (typeof answer.body?._id !== "string") {
    const message = `the server at ${couch.url} is not CouchDB: it answers a request for a document with something else`;
    throw new MigrateError("not-couchdb", { message });
  }
  return parseLedger(answer.body, place);
}

/**
 * The ledger's revision, which costs the same regardless of the ledger's size, unless the server does not list `_local`
 * documents (IBM Cloudant does not). It comes from one copy: if it equals the expected revision, the ledger is
 * unchanged; if it differs, that is not certain. `undefined`: there is no ledger.
 */
export async function readLedgerRevision(couch: Couch, place: LedgerPlace): Promise<string | undefined> {
  const at = path`/${place.database}/_local_docs`;
  const listing = await readIfAllowed<Listing>(couch, at, { query: ledgerAlone(place), fresh: true });
  return listing ? listing.rows[0]?.value?.rev : (await readLedger(couch, place))?.rev;
}

interface Listing {
  readonly rows: readonly { readonly value?: { readonly rev?: string } }[];
}

export interface WriteLedgerOptions {
  /** Drops everything that `ledger` does not have. Otherwise entries are only added or replaced. */
  readonly exactly?: boolean;
  /** Former ids that no entry uses any more: their entries have others now. */
  readonly renamed?: Iterable<string>;
}

/**
 * Writes `ledger`, which was made from `previous`, and returns what is stored now, which may be more than was given.
 * The caller must hold the lease. Throws `below-quorum` if a quorum does not store it.
 */
export async function writeLedger(
  couch: Couch,
  place: LedgerPlace,
  previous: StoredLedger | undefined,
  ledger: Ledger,
  { exactly = false, renamed = [] }: WriteLedgerOptions = {},
): Promise<StoredLedger> {
  // One for all attempts, in case the answer to the first one is lost.
  const server = { id: randomUUID() };
  const document = { path: ledgerPath(place), what: `the ledger of the set ${place.set}`, database: place.database };
  const { body, rev } = await writeLocal(couch, document, previous?.rev, async () => {
    const current = await readLedger(couch, place);
    const body = exactly ? ledger : without(renamed, mergeLedgers(previous?.ledger, current?.ledger, ledger), ledger);
    return { body: { ...body, server: body.server ?? server }, current: current?.rev };
  });
  return { ledger: body, rev };
}

function without(ids: Iterable<string>, merged: Ledger, ours: Ledger): Ledger {
  const gone = new Set([...ids].filter((id) => !Object.hasOwn(ours.entries, id)));
  if (gone.size === 0) return merged;
  return { ...merged, entries: Object.fromEntries(Object.entries(merged.entries).filter(([id]) => !gone.has(id))) };
}
