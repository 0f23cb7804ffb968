/** Decides what the outcome of an attempt means. Pure; exchange.ts acts on it. */
import type { ErrorCode } from "../contract/errors.js";
import { type Answered, type Failed, isFailed, type Outcome } from "./answer.js";
import { saysDiskFull } from "./full-disk.js";

export interface Sent {
  /** The request only reads. */
  readonly reading: boolean;
  /** Sending it twice has the same effect as sending it once. */
  readonly repeatable: boolean;
  /** Statuses that the sender accepts as a result. */
  readonly accept: readonly number[];
  /** Its database was just created: a 404 may only mean that not every node knows its shards yet. */
  readonly justCreated: boolean;
}

export type Verdict =
  | { readonly do: "answer" }
  | { readonly do: "fail"; readonly code: ErrorCode }
  /** `code`: the error to throw when there are no attempts left. */
  | { readonly do: "retry"; readonly code: ErrorCode };

const answer: Verdict = { do: "answer" };
const fail = (code: ErrorCode): Verdict => ({ do: "fail", code });
const retry = (code: ErrorCode): Verdict => ({ do: "retry", code });

export function decide(outcome: Outcome, sent: Sent): Verdict {
  return isFailed(outcome) ? decideFailure(outcome, sent) : decideStatus(outcome, sent);
}

function decideFailure({ failure, sent: mayBeDone }: Failed, { reading, repeatable }: Sent): Verdict {
  switch (failure) {
    case "aborted":
      return fail("interrupted");
    case "tls":
      return fail("unreachable");
    case "moved":
    case "scheme":
      return fail("wrong-address");
    case "redirect":
    case "html":
    case "not-couchdb":
      return fail("not-couchdb");
    case "not-http":
      return fail(reading ? "not-couchdb" : "outcome-unknown");
    case "too-large":
    case "too-deep":
      return fail(reading ? "request-failed" : "outcome-unknown");
    case "no-json":
      return mayRepeat(reading, repeatable, reading ? "not-couchdb" : "outcome-unknown");
    default:
      if (!mayBeDone) return retry("unreachable");
      return mayRepeat(reading, repeatable, reading ? "unreachable" : "outcome-unknown");
  }
}

function decideStatus(answered: Answered, sent: Sent): Verdict {
  const { status, error, reason = "", foreign } = answered;
  const { reading, repeatable, accept, justCreated } = sent;
  if (foreign !== undefined) return decideForeign(status, sent);
  if (status === 412 && error === "nodedown") {
    // A check of every node continues with the others; a write must not mistake it for `file_exists`.
    return reading && accept.includes(status) ? answer : mayRepeat(reading, repeatable, "node-down");
  }
  if (status === 404 && justCreated && isDatabaseMissing(reason)) return retry("request-failed");
  if (accept.includes(status) || status === 200 || status === 201) return answer;
  if (status === 202) return reading ? answer : fail("below-quorum");
  if (status < 300) return answer;
  // The disk will not have room within seconds, and each retry writes to it.
  if (saysDiskFull(answered)) return fail("disk-full");
  switch (status) {
    case 401:
      return fail("unauthorized");
    case 403:
      return fail(
        isLocked(reason) ? "locked-out" : isMissingPermission(reason) ? "missing-permission" : "request-failed",
      );
    case 409:
      return fail("conflict");
    case 408:
      return mayRepeat(reading, repeatable, reading ? "request-failed" : "outcome-unknown");
    case 425:
    case 429:
      return retry("request-failed");
    case 501:
      return fail("request-failed");
    case 500:
    case 502:
    case 503:
    case 504:
      // Waiting does not help if a feature (text search, nouveau) is not installed.
      if (error === "required index service unavailable") return fail("request-failed");
      return mayRepeat(reading, repeatable, reading || isRefusal(error) ? "request-failed" : "outcome-unknown");
    default:
      return status >= 500 ? mayRepeat(reading, repeatable, "request-failed") : fail("request-failed");
  }
}

/** A caller that accepts these statuses does not need to know who sent them. */
const mayBeForeign: ReadonlySet<number> = new Set([401, 403, 405, 413]);

/** A proxy or gateway answered. A temporary failure there means that CouchDB can't be reached through it. */
function decideForeign(status: number, { reading, repeatable, accept }: Sent): Verdict {
  if (mayBeForeign.has(status) && accept.includes(status)) return answer;
  if (status === 425 || status === 429) return retry("unreachable");
  if (status === 501 || status === 505 || (status < 500 && status !== 408)) return fail("gateway-refused");
  return mayRepeat(reading, repeatable, reading ? "unreachable" : "outcome-unknown");
}

/** A request that may not be repeated is left as it is: its sender checks what the server holds. */
function mayRepeat(reading: boolean, repeatable: boolean, code: ErrorCode): Verdict {
  if (reading || repeatable) return retry(code);
  return fail(code === "node-down" ? code : "outcome-unknown");
}

/** CouchDB says that it did not, or could not: reading again would show the same. */
function isRefusal(error: string | undefined): boolean {
  return error === "no_majority" || error === "error" || error === "service unavailable";
}

export function isLocked(reason: string): boolean {
  return /temporarily locked/i.test(reason);
}

/** The last one is IBM Cloudant's: `_reader access is required for this request`. */
export function isMissingPermission(reason: string): boolean {
  return /not allowed to access this db|not a (?:db or )?server admin|not authorized to access|is required for this request/i.test(
    reason,
  );
}

function isDatabaseMissing(reason: string): boolean {
  return reason === "Database does not exist." || reason === "no_db_file";
}

export interface RetryPolicy {
  /** Until CouchDB has answered once. The code that opened the connection waits for it, and reports that: ready.ts. */
  readonly attemptsBeforeContact: number;
  /** Twice as many if no server listens: restarting a server takes some seconds. */
  readonly attempts: number;
  /** The first pause; each further one is twice as long. All times here are in milliseconds. */
  readonly pause: number;
  readonly longestPause: number;
  /** No attempt starts later than this after the first one, except a second one after a timeout. */
  readonly within: number;
  /** Under a rate limit: how long the server may refuse every request. */
  readonly starvedAfter: number;
}

export const defaultPolicy: RetryPolicy = {
  attemptsBeforeContact: 1,
  attempts: 6,
  pause: 250,
  longestPause: 4_000,
  within: 15_000,
  starvedAfter: 10 * 60_000,
};

/**
 * How long to wait before attempt `attempt + 1`; `undefined`: no further attempt.
 *
 * @param absent no server listens at the address
 * @param asked the pause that the server asks for, in milliseconds
 * @param random in [0, 1): runners that failed together must not return together
 */
export function pauseAfter(
  policy: RetryPolicy,
  attempt: number,
  elapsed: number,
  absent: boolean,
  asked: number,
  random: number,
): number | undefined {
  if (attempt >= (absent ? 2 * policy.attempts : policy.attempts)) return undefined;
  const own = Math.min(policy.pause * 2 ** (attempt - 1), policy.longestPause) * (0.5 + random / 2);
  const pause = Math.max(own, asked);
  if (elapsed + pause <= policy.within) return pause;
  return attempt === 1 && pause <= policy.within ? pause : undefined;
}

/**
 * The pause that the header `Retry-After` asks for, in milliseconds. It has seconds, or a date by the server's clock.
 *
 * @param date the header `Date`
 * @param now the time here, if the server does not send its own
 */
export function askedPause(retryAfter: string | undefined, date: string | undefined, now: number): number {
  const seconds = Number(retryAfter ?? 0);
  const server = Date.parse(date ?? "");
  const asked = Number.isNaN(seconds)
    ? Date.parse(retryAfter ?? "") - (Number.isNaN(server) ? now : server)
    : seconds * 1000;
  return Number.isFinite(asked) ? Math.max(0, asked) : 0;
}
