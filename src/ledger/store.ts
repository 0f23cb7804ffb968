/**
 * Reads and writes the ledger document.
 *
 * It is a `_local` document: CouchDB 2 and newer check no revision, mend no stale copy, and order disagreeing copies by
 * their revisions *as strings*. So it is merged with what is there before each write, its revision has a fixed width
 * and is managed here, and only a 201, which a quorum gave, counts.
 */
import type { Couch } from "../couch/couch.js";
import { bug, MigrateError } from "../errors.js";
import type { Ledger, StoredLedger } from "./ledger.js";
import { parseLedger } from "./ledger-document.js";
import { mayHaveHappened } from "./lost-answer.js";
import { mergeLedgers } from "./merge.js";
import { jitter } from "./pause.js";
import { type LedgerPlace, ledgerPath } from "./place.js";

export type { LedgerPlace } from "./place.js";

/** CouchDB's `max_document_size`. */
const maximumSize = 8_000_000;
const firstRev = "0-1000000000000";
const attempts = 6;

/** One request. `undefined`: there is no ledger, or no database. Throws `ledger-unreadable`. */
export async function readLedger(couch: Couch, place: LedgerPlace): Promise<StoredLedger | undefined> {
  const answer = await couch.read(ledgerPath(place), { accept: [404], fresh: true });
  return answer.status === 404 ? undefined : parseLedger(answer.body, place);
}

export interface WriteLedgerOptions {
  /** What `ledger` leaves out is dropped. Without it entries are only added or replaced. */
  readonly exactly?: boolean;
}

/**
 * Writes `ledger`, which was made from `previous`, and returns what is stored now: perhaps more than was given.
 * To be called by the holder of the lease. Throws `below-quorum` where a quorum does not take it.
 */
export async function writeLedger(
  couch: Couch,
  place: LedgerPlace,
  previous: StoredLedger | undefined,
  ledger: Ledger,
  { exactly = false }: WriteLedgerOptions = {},
): Promise<StoredLedger> {
  const checksRevisions = (await couch.version()).startsWith("1.");
  let known = previous?.rev;
  let problem: MigrateError | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await jitter(50 * 2 ** attempt);
    try {
      // After a lost answer too: whatever is there is merged and written over until a 201 says that a quorum has it.
      const current = await readLedger(couch, place);
      const merged = exactly ? ledger : mergeLedgers(previous?.ledger, current?.ledger, ledger);
      const on = checksRevisions ? current?.rev : revisionToWriteOn(Date.now(), known, current?.rev);
      // What of a lost answer? Its revision is not used again, so that no two copies differ under the same one.
      known = revisionAfter(on);
      const written = await put(couch, place, on, merged);
      if (written.status === 201) return { ledger: merged, rev: written.rev };
      problem = notTaken(place, written.status);
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      problem = error;
    }
  }
  throw problem ?? bug("the ledger was not written");
}

function notTaken(place: LedgerPlace, status: number): MigrateError {
  if (status === 202) {
    return new MigrateError("below-quorum", { message: "only a minority of the nodes takes the ledger" });
  }
  if (status === 409) return new MigrateError("conflict", { message: "the ledger was written by others meanwhile" });
  return new MigrateError("request-failed", { message: `the ledger's database ${place.database} is not there` });
}

async function put(
  couch: Couch,
  place: LedgerPlace,
  rev: string | undefined,
  ledger: Ledger,
): Promise<{ readonly status: number; readonly rev: string }> {
  const body = { ...(rev === undefined ? {} : { _rev: rev }), ...ledger };
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size > maximumSize) {
    throw new MigrateError("ledger-too-large", {
      message: `the ledger of the set ${place.set} would have ${size} bytes; CouchDB takes ${maximumSize} a document`,
      data: { size, maximumSize },
    });
  }
  const answer = await couch.write<{ rev: string }>("PUT", ledgerPath(place), {
    body,
    accept: [202, 404, 409],
    repeatable: false,
  });
  return { status: answer.status, rev: answer.body.rev };
}

/**
 * The revision to write on: CouchDB makes its successor. Never older than those known, and otherwise the time in
 * milliseconds, so that what a runner left on a minority of the nodes is older than what a later one writes without
 * seeing it. A revision that has not our width comes from CouchDB 1.x and is left behind.
 */
export function revisionToWriteOn(now: number, ...known: readonly (string | undefined)[]): string {
  const candidates = [`0-${Math.floor(now)}`, ...known];
  return candidates.reduce<string>(
    (latest, rev) => (rev?.length === firstRev.length && rev > latest ? rev : latest),
    firstRev,
  );
}

function revisionAfter(rev: string | undefined): string | undefined {
  return rev && `0-${Number(rev.slice(2)) + 1}`;
}
