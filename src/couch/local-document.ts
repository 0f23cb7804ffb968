/**
 * Writes `_local` documents so that they can be relied on.
 *
 * CouchDB 2 and newer check no revision of theirs, mend no stale copy, and order disagreeing copies by their revisions
 * *as strings*. So the revision has a fixed width and is managed here, and only a 201, which a quorum gave, counts.
 * There is one writer at a time: whoever holds the lease.
 */

import { bug, MigrateError } from "../contract/errors.js";
import type { Couch } from "./couch.js";
import { mayHaveHappened } from "./lost-answer.js";
import type { Path } from "./path.js";
import { jitter } from "./pause.js";

/** CouchDB's `max_document_size`. */
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
 * Of copies that disagree the newest, as far as its node answers: with the usual quorum two copies that lack it would
 * outvote the one that has it. `undefined`: it is not there.
 */
export async function readLocal(couch: Couch, { path }: LocalDocument): Promise<StoredLocal | undefined> {
  const { status, body } = await fromAllCopies(() =>
    couch.read<{ _id?: unknown; _rev: string } | null>(path, { query: { r: allCopies }, accept: [404], keep: false }),
  );
  if (status === 404 || body === null) return undefined;
  const { _id, _rev, ...rest } = body;
  return { rev: _rev, body: rest };
}

/** CouchDB makes it the number of copies, if there are fewer. */
const allCopies = 9;

/**
 * Milliseconds. A node that hangs, its connections open, is waited for by the others until they give it up: that takes
 * them a minute or a little more (Erlang's `net_ticktime`). Until then nobody gets an answer from all copies, though the
 * cluster answers everything else.
 */
const untilGivenUp = 120_000;

/** Asks again after silence. Under a lease it is the lease that ends this where no request at all is answered. */
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
  /** The revision that is there. */
  readonly current: string | undefined;
}

/**
 * Writes what `draft` gives until a quorum has it, and returns the revision. After a lost answer too: `draft` is asked
 * again, and whatever is there is written over. Throws `below-quorum`, and what the last attempt threw.
 *
 * @param known the newest revision that the caller knows of
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
      // What of a lost answer? Its revision is not used again, so that no two copies differ under the same one.
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
  const answer = await couch.write<{ rev: string }>("PUT", path, { body, accept: [202, 404, 409], repeatable: false });
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
