import type { ErrorCode, MigrateError } from "../contract/errors.js";

const ofTheRun: ReadonlySet<ErrorCode> = new Set([
  "unreachable",
  "not-couchdb",
  "unauthorized",
  "locked-out",
  "nodes-closed",
  "interrupted",
  "incomplete",
  "lease-lost",
  "invalid-input",
  "invalid-settings",
  "bug",
]);

/** Whether a failure only concerns the place that was examined, so that the steps in other places may continue. */
export function isOfOnePlace({ code }: MigrateError): boolean {
  return !ofTheRun.has(code);
}
