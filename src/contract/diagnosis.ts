/** What `doctor` returns, and what `doctor --format json` prints: `formatVersion` 1. Fields may be added, but never renamed. */
import type { ErrorCode } from "./errors.js";

/** `skipped`: it could not be checked; `detail` says why. */
export type CheckStatus = "ok" | "warning" | "problem" | "skipped";

export type CheckGroup = "machine" | "settings" | "files" | "connection" | "server" | "login" | "ledger";

export interface Check {
  readonly group: CheckGroup;
  /** Stable, for machines: `clock`, `lease`, … */
  readonly name: string;
  readonly status: CheckStatus;
  /** For people: what was found, in one line. */
  readonly detail: string;
  /** For people: more of it, one line each. Absent: there is no more. */
  readonly lines?: readonly string[];
  /** What to do now. Absent if the status is `ok`. */
  readonly next?: string;
  /** The error that a command ends with because of it. Absent: no error. */
  readonly code?: ErrorCode;
  /** For machines: what was found. Absent: `detail` says it all. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Diagnosis {
  readonly formatVersion: 1;
  /** Of couchdb-migrate. */
  readonly version: string;
  /** The worst status of all checks; what was skipped does not count. */
  readonly result: "ok" | "warning" | "problem";
  readonly checks: readonly Check[];
}
