import { type ErrorCode, MigrateError } from "../errors.js";

const passing: readonly ErrorCode[] = ["unreachable", "request-failed", "outcome-unknown", "node-down", "below-quorum"];

/**
 * After these a request may have been carried out, or may be on another try; whoever sent it looks again and decides.
 * Anything else (credentials, permissions, a request that CouchDB refuses, a bug) fails again on every try.
 */
export function mayHaveHappened(thrown: unknown): thrown is MigrateError {
  return thrown instanceof MigrateError && passing.includes(thrown.code) && !isRefusal(thrown);
}

/** CouchDB refused the request itself. 404 is no refusal: other nodes may not know a new database yet. */
function isRefusal({ code, data }: MigrateError): boolean {
  const status = data?.status;
  return code === "request-failed" && typeof status === "number" && status >= 400 && status < 500 && status !== 404;
}
