import { type ErrorCode, MigrateError } from "../contract/errors.js";

const passing: readonly ErrorCode[] = ["unreachable", "request-failed", "outcome-unknown", "node-down", "below-quorum"];

/**
 * After these errors, the request may have been carried out, or may succeed on another attempt; the sender checks and
 * decides. After any other error (credentials, permissions, a request that CouchDB refuses, a bug), every attempt
 * fails again.
 */
export function mayHaveHappened(thrown: unknown): thrown is MigrateError {
  return thrown instanceof MigrateError && passing.includes(thrown.code) && !isRefusal(thrown);
}

/**
 * Temporary statuses: other nodes may not know a new database yet (404), or the request came too slowly (408), too
 * early (425), or together with too many others (429). A rate limit must not cost a lease.
 */
const soonOver: ReadonlySet<unknown> = new Set([404, 408, 425, 429]);

/** CouchDB refused the request itself. */
function isRefusal({ code, data }: MigrateError): boolean {
  const status = Number(data?.status);
  return code === "request-failed" && status >= 400 && status < 500 && !soonOver.has(status);
}
