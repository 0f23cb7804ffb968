/** What an attempt's outcome means: the decisions, pure; exchange.ts acts on them. */
import type { ErrorCode } from "../contract/errors.js";
import { type Answered, type Failed, isFailed, type Outcome } from "./answer.js";
import { saysDiskFull } from "./full-disk.js";

export interface Sent {
  /** It only reads. */
  readonly reading: boolean;
  /** Sending it twice does the same as sending it once. */
  readonly repeatable: boolean;
  /** Statuses that the sender takes for an answer. */
  readonly accept: readonly number[];
  /** Its database was made a moment ago: a 404 may only mean that its shards are not known everywhere yet. */
  readonly justCreated: boolean;
}

export type Verdict =
  | { readonly do: "answer" }
  | { readonly do: "fail"; readonly code: ErrorCode }
  /** `code`: what it is once the attempts are used up. */
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
    // Whoever looks at every node goes on with the others; a write must not take it for `file_exists`.
    return reading && accept.includes(status) ? answer : mayRepeat(reading, repeatable, "node-down");
  }
  if (status === 404 && justCreated && isDatabaseMissing(reason)) return retry("request-failed");
  if (accept.includes(status) || status === 200 || status === 201) return answer;
  if (status === 202) return reading ? answer : fail("below-quorum");
  if (status < 300) return answer;
  // It does not become free within the seconds of a retry, and each one writes to it.
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
      // A feature that is not installed (text search, nouveau) does not come with waiting.
      if (error === "required index service unavailable") return fail("request-failed");
      return mayRepeat(reading, repeatable, reading || isRefusal(error) ? "request-failed" : "outcome-unknown");
    default:
      return status >= 500 ? mayRepeat(reading, repeatable, "request-failed") : fail("request-failed");
  }
}

/** Whoever takes "no" or "too much" for an answer need not know who says so. */
const mayBeForeign: ReadonlySet<number> = new Set([401, 403, 405, 413]);

/** A proxy or gateway answered. What is temporary there means that CouchDB can't be reached through it. */
function decideForeign(status: number, { reading, repeatable, accept }: Sent): Verdict {
  if (mayBeForeign.has(status) && accept.includes(status)) return answer;
  if (status === 425 || status === 429) return retry("unreachable");
  if (status === 501 || status === 505 || (status < 500 && status !== 408)) return fail("gateway-refused");
  return mayRepeat(reading, repeatable, reading ? "unreachable" : "outcome-unknown");
}

/** What may not be repeated is left as it is: whoever sent it looks what the server holds. */
function mayRepeat(reading: boolean, repeatable: boolean, code: ErrorCode): Verdict {
  if (reading || repeatable) return retry(code);
  return fail(code === "node-down" ? code : "outcome-unknown");
}

/** CouchDB says that it didn't, or couldn't: reading again would show nothing new. */
function isRefusal(error: string | undefined): boolean {
  return error === "no_majority" || error === "error" || error === "service unavailable";
}

export function isLocked(reason: string): boolean {
  return /temporarily locked/i.test(reason);
}

export function isMissingPermission(reason: string): boolean {
  return /not allowed to access this db|not a (?:db or )?server admin|not authorized to access/i.test(reason);
}

function isDatabaseMissing(reason: string): boolean {
  return reason === "Database does not exist." || reason === "no_db_file";
}

export interface RetryPolicy {
  /** Until CouchDB has answered once. Whoever opened the connection waits for it, and says so: ready.ts. */
  readonly attemptsBeforeContact: number;
  /** Where nobody listens, twice as many: a server that is started again takes some seconds to do so. */
  readonly attempts: number;
  /** The first pause; each further one is twice as long. Milliseconds, as all below. */
  readonly pause: number;
  readonly longestPause: number;
  /** No attempt begins later than this after the first, but for one second try after a time-out. */
  readonly within: number;
}

export const defaultPolicy: RetryPolicy = {
  attemptsBeforeContact: 1,
  attempts: 6,
  pause: 250,
  longestPause: 4_000,
  within: 15_000,
};

/**
 * How long to wait before attempt `attempt + 1`; `undefined`: no more.
 *
 * @param absent nobody listens at the address
 * @param retryAfter the header, in seconds; a date is not worth its parsing
 * @param random in [0, 1): runners that failed together must not come back together
 */
export function pauseAfter(
  policy: RetryPolicy,
  attempt: number,
  elapsed: number,
  absent: boolean,
  retryAfter: string | undefined,
  random: number,
): number | undefined {
  if (attempt >= (absent ? 2 * policy.attempts : policy.attempts)) return undefined;
  const own = Math.min(policy.pause * 2 ** (attempt - 1), policy.longestPause) * (0.5 + random / 2);
  const asked = Number(retryAfter ?? 0) * 1000;
  const pause = Math.max(own, Number.isFinite(asked) ? asked : 0);
  if (elapsed + pause <= policy.within) return pause;
  return attempt === 1 && pause <= policy.within ? pause : undefined;
}
