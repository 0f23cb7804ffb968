/** How CouchDB says that its disk is full. To most writes it does not: it answers a 500 that may mean anything. Pure. */
import type { MigrateError } from "../contract/errors.js";
import { type Answered, isFailed, type Outcome } from "./answer.js";

/** The Erlang error may stand deep in a stack trace. */
export function saysDiskFull({ status, error = "", reason = "" }: Answered): boolean {
  if (status === 507) return true;
  return status >= 500 ? /\benospc\b/i.test(`${error} ${reason}`) : [error, reason].includes("enospc");
}

/** A process of CouchDB crashed: from 3.0 on `internal_server_error`, in 2.x `undefined`. */
export function isUnexplained({ status, reason }: Answered): boolean {
  return status === 500 && isUnexplainedReason(reason);
}

/** The same, of a request's error. */
export function isUnexplainedError({ data }: MigrateError): boolean {
  return data.status === 500 && isUnexplainedReason(data.reason);
}

/** `_security` has no majority where no copy could store it. */
export function mayBeFullDisk(outcome: Outcome): boolean {
  if (isFailed(outcome) || outcome.foreign !== undefined) return false;
  return isUnexplained(outcome) || (outcome.status === 500 && outcome.reason === "no_majority");
}

/** What the server would have said. */
export const ofFullDisk: Answered = { status: 500, body: null, error: "enospc" };

function isUnexplainedReason(reason: unknown): boolean {
  return reason === "internal_server_error" || reason === "undefined";
}
