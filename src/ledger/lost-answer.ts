import { type ErrorCode, MigrateError } from "../errors.js";

const passing: readonly ErrorCode[] = ["unreachable", "request-failed", "outcome-unknown", "node-down", "below-quorum"];

/**
 * After these a request may have been carried out, or may be on another try; whoever sent it looks again and decides.
 * Anything else (credentials, rights, a bug) is no question of trying again.
 */
export function mayHaveHappened(thrown: unknown): thrown is MigrateError {
  return thrown instanceof MigrateError && passing.includes(thrown.code);
}
