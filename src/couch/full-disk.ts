/**
 * Recognises a full disk. For most writes CouchDB does not report it: it answers with a 500 that can mean anything.
 * Pure.
 */
import type { MigrateError } from "../contract/errors.js";
import { type Answered, isFailed, type Outcome } from "./answer.js";

/** The Erlang error may be deep inside a stack trace. */
export function saysDiskFull({ status, error = "", reason = "" }: Answered): boolean {
  if (status === 507) return true;
  return status >= 500 ? /\benospc\b/i.test(`${error} ${reason}`) : [error, reason].includes("enospc");
}

/** A CouchDB process crashed: reported as `internal_server_error` since 3.0, as `undefined` in 2.x. */
export function isUnexplained({ status, reason }: Answered): boolean {
  return status === 500 && isUnexplainedReason(reason);
}

/** The same check for the error of a request. */
export function isUnexplainedError({ data }: MigrateError): boolean {
  return data.status === 500 && isUnexplainedReason(data.reason);
}

/** `_security` fails with no majority if no copy could store it. */
export function mayBeFullDisk(outcome: Outcome): boolean {
  if (isFailed(outcome) || outcome.foreign !== undefined) return false;
  return isUnexplained(outcome) || (outcome.status === 500 && outcome.reason === "no_majority");
}

/** The response that the server should have sent. */
export const ofFullDisk: Answered = { status: 500, body: null, error: "enospc" };

function isUnexplainedReason(reason: unknown): boolean {
  return reason === "internal_server_error" || reason === "undefined";
}
