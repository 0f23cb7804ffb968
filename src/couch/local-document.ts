/**
 * Writes `_local` documents reliably.
 *
 * CouchDB 2 and later don't check their revisions, don't repair stale copies, and order conflicting copies by their
 * revisions *as strings*. So the revision has a fixed width and is managed here, and only a 201, which means a
 * quorum, counts. Only one process writes at a time: the holder of the lease.
 */

import { bug, MigrateError } from "../contract/errors.js";
import type { Couch } from "./couch.js";
import { mayHaveHappened } from "./lost-answer.js";
import type { Path } from "./path.js";
import { jitter } from "./pause.js";

/** CouchDB's default `max_document_size`. */
const largestLocal = 8_000_000;
const firstRev = "0-1000000000000";
const attempts = 6;

export interface LocalDocument {
  readonly path: Path;
  /** For messages: `the ledger`. */
  readonly what: string;
  readonly database: string;
}

export interface StoredLocal<Body = unknown> {
  readonly rev: string;
  readonly body: Body;
}

/**
 * Reads the newest of the copies, as far as their nodes answer: with the usual quorum, two copies without the
 * document would outvote the one that has it. `undefined`: the document does not exist.
 */
export async function readLocal(couch: Couch, { path }: LocalDocument): Promise<StoredLocal | undefined> {
  const { status, body } = await fromAllCopies(() =>
    couch.read<{ _id?: unknown; _rev: string } | null>(path, { query: { r: allCopies }, accept: [404], keep: false }),
  );
  if (status === 404 || body === null) return undefined;
  const { _id, _rev, ...rest } = body;
  return { rev: _rev, body: rest };
}

/** If there are fewer copies, CouchDB uses their number. */
const allCopies = 9;

/**
 * Milliseconds. If a node hangs with open connections, the other nodes wait until they give it up, which takes a
 * minute or a little more (Erlang's `net_ticktime`). Until then, reads from all copies get no response, although the
 * cluster answers everything else.
 */
const untilGivenUp = 120_000;

/** Asks again after a timeout. Under a lease, losing the lease ends the loop if no request is answered at all. */
async function fromAllCopies<T>(ask: () => Promise<T>): Promise<T> {
  const began = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isSilence(error) || performance.now() - began > untilGivenUp) throw error;
    }
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof MigrateError && error.code === "unreachable" && error.data.failure === "timeout";
}

export interface Draft {
  readonly body: object;
  /** The current revision. */
  readonly current: string | undefined;
}

/**
 * Writes the result of `draft` until a quorum has it, and returns the revision. After a lost answer, calls `draft`
 * again and overwrites whatever is there. Throws `below-quorum`, and the error of the last attempt.
 *
 * @param known the newest revision that the caller knows
 */
export async function writeLocal<D extends Draft>(
  couch: Couch,
  document: LocalDocument,
  known: string | undefined,
  draft: () => Promise<D>,
): Promise<StoredLocal<D["body"]>> {
  const checksRevisions = (await couch.version()).startsWith("1.");
  let newest = known;
  let problem: MigrateError | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await jitter(50 * 2 ** attempt);
    try {
      const { body, current } = await draft();
      const on = checksRevisions ? current : revisionToWriteOn(Date.now(), newest, current);
      // The answer may be lost, so its revision is not used again: two copies must never differ under the same
      // revision.
      newest = revisionAfter(on);
      const written = await put(couch, document, on, body);
      if (written.status === 201) return { body, rev: written.rev };
      problem = notTaken(document, written.status);
    } catch (error) {
      if (!mayHaveHappened(error)) throw error;
      problem = error;
    }
  }
  throw problem ?? bug(`${document.what} was not written`);
}

async function put(
  couch: Couch,
  { path, what }: LocalDocument,
  rev: string | undefined,
  content: object,
): Promise<{ readonly status: number; readonly rev: string }> {
  const body = { ...(rev === undefined ? {} : { _rev: rev }), ...content };
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size > largestLocal) {
    throw new MigrateError("ledger-too-large", {
      message: `${what} would have ${size} bytes; the maximum per document is ${largestLocal}`,
      data: { size, maximumSize: largestLocal },
    });
  }
  const accept = [202, 404, 409, 413];
  const answer = await couch.write<{ rev: string }>("PUT", path, { body, accept, repeatable: false });
  if (answer.status === 413) {
    const message = `the server refuses ${what}, which would have ${size} bytes, as too large`;
    throw new MigrateError("ledger-too-large", { message, data: { size } });
  }
  return { status: answer.status, rev: answer.body.rev };
}

function notTaken({ database, what }: LocalDocument, status: number): MigrateError {
  if (status === 202) {
    return new MigrateError("below-quorum", { message: `only a minority of the nodes accepts ${what}` });
  }
  if (status === 409) return new MigrateError("conflict", { message: `another writer changed ${what} meanwhile` });
  return new MigrateError("request-failed", { message: `database ${database}, for ${what}, does not exist` });
}

/**
 * The revision to send; CouchDB creates its successor. It is the time in milliseconds, but never older than the known
 * revisions. So a version that one runner left on a minority of nodes is older than what a later runner writes
 * without seeing it. A revision of another width comes from CouchDB 1.x and is ignored.
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
