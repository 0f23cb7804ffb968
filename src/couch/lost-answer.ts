import { type ErrorCode, MigrateError } from "../contract/errors.js";

const passing: readonly ErrorCode[] = ["unreachable", "request-failed", "outcome-unknown", "node-down", "below-quorum"];

/**
 * After these a request may have been carried out, or may be on another try; whoever sent it looks again and decides.
 * Anything else (credentials, permissions, a request that CouchDB refuses, a bug) fails again on every try.
 */
export function mayHaveHappened(thrown: unknown): thrown is MigrateError {
  return thrown instanceof MigrateError && passing.includes(thrown.code) && !isRefusal(thrown);
}

/**
 * What passes by itself: other nodes may not know a new database yet (404), the request came too slowly (408), too early
 * (425), or beside too many others (429). A lease that a rate limit costs would be lost for nothing.
 */
const soonOver: ReadonlySet<unknown> = new Set([404, 408, 425, 429]);

/** CouchDB refused the request itself. */
function isRefusal({ code, data }: MigrateError): boolean {
  const status = Number(data?.status);
  return code === "request-failed" && status >= 400 && status < 500 && !soonOver.has(status);
}
