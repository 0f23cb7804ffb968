/** The requests to the lease document, and the meaning of their answers. */

import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { mayHaveHappened } from "../couch/lost-answer.js";
import { type Leaf, parseLeaves } from "./parse-leaves.js";
import { type LeasePlace, leasePath } from "./place.js";
import { within } from "./within.js";

/** What a holder writes. */
export interface LeaseBody {
  readonly holder: string | null;
  readonly nonce: string;
  readonly token: number;
  readonly since: string;
  readonly ttl: number;
  /** Only in a lease that its holder has released. */
  readonly snapshot?: object | undefined;
}

export type Outcome =
  /** 201: a quorum stored it, so no other write on the same parent succeeded. */
  | { readonly kind: "written"; readonly rev: string }
  /**
   * 202: a minority stored it; other nodes may have stored something else. It only means that there is a stray leaf.
   */
  | { readonly kind: "stray"; readonly rev: string }
  | { readonly kind: "refused" }
  /** No response, or one that does not say. */
  | { readonly kind: "unknown"; readonly error: MigrateError };

export interface ReadLeavesOptions {
  /** Also read each leaf's parent. */
  readonly parents?: boolean;
  /** Wait for every copy that is up, so that a leaf that only one copy has is shown, too. */
  readonly everywhere?: boolean;
  /** Milliseconds, including repetitions. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** `r` of a read from all copies that are up: more than the maximum number of copies. */
const allCopies = 1_000;

/**
 * All leaves; empty if the document or the database does not exist; `undefined`: this response must not be used for a
 * decision.
 */
export async function readLeaves(
  couch: Couch,
  place: LeasePlace,
  { parents, everywhere, timeout, signal }: ReadLeavesOptions,
): Promise<readonly Leaf[] | undefined> {
  const answer = await within(timeout, "unreachable", signal, (signal) =>
    couch.read(leasePath(place), {
      query: { open_revs: "all", revs: parents || undefined, r: everywhere ? allCopies : undefined },
      accept: [404],
      fresh: true,
      timeout,
      signal,
      urgent: true,
    }),
  );
  return answer.status === 404 ? [] : parseLeaves(answer.body);
}

/** Writes exactly on one revision; `undefined`: a new document. */
export async function writeLease(
  couch: Couch,
  place: LeasePlace,
  on: string | undefined,
  body: LeaseBody,
  timeout: number,
): Promise<Outcome> {
  return put(couch, place, { ...(on === undefined ? {} : { _rev: on }), type: "lease", ...body }, timeout);
}

/** Deletes a stray leaf. The tombstone keeps its token, so that the token is never given again. */
export async function buryLeaf(couch: Couch, place: LeasePlace, leaf: Leaf, timeout: number): Promise<Outcome> {
  return put(couch, place, { _rev: leaf.rev, _deleted: true, type: "lease", token: leaf.token }, timeout);
}

async function put(couch: Couch, place: LeasePlace, body: unknown, timeout: number): Promise<Outcome> {
  try {
    // 404: not every node knows a new database yet.
    const accept = [202, 404, 409];
    const answer = await within(timeout, "outcome-unknown", undefined, (signal) =>
      couch.write<{ rev: string }>("PUT", leasePath(place), {
        body,
        accept,
        repeatable: false,
        timeout,
        signal,
        urgent: true,
      }),
    );
    // For a PUT that deletes, CouchDB answers 200 instead of 201.
    if (answer.status === 201 || answer.status === 200) return { kind: "written", rev: answer.body.rev };
    if (answer.status === 202) return { kind: "stray", rev: answer.body.rev };
    if (answer.status === 409) return { kind: "refused" };
    const message = `the ledger's database ${place.database} does not exist yet`;
    return { kind: "unknown", error: new MigrateError("request-failed", { message }) };
  } catch (error) {
    if (mayHaveHappened(error)) return { kind: "unknown", error };
    throw error;
  }
}

/** Why no runner could write, for people. */
export function failure(last: Outcome | undefined, message: string): MigrateError {
  if (last?.kind === "unknown") return last.error;
  if (last?.kind === "stray") {
    return new MigrateError("below-quorum", { message: `${message}: only a minority of the nodes accepts writes` });
  }
  return new MigrateError("conflict", { message });
}
