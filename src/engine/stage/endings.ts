import { type ErrorCode, toMigrateError } from "../../contract/errors.js";
import { isOfOnePlace } from "../of-one-place.js";

const ofTheStage: ReadonlySet<ErrorCode> = new Set([
  "older-files",
  "release-refused",
  "environment-refused",
  "lease-held",
  "staged-removed",
  "ledger-unreadable",
]);

/** Whether the error ends the whole run: no other place could be staged either. */
export function endsStage(thrown: unknown): boolean {
  const error = toMigrateError(thrown);
  return ofTheStage.has(error.code) || !isOfOnePlace(error);
}
