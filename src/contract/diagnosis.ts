/** What `doctor` returns, and what `doctor --format json` prints: `formatVersion` 1. Fields may be added, but never renamed. */
import type { ErrorCode } from "./errors.js";

/** `skipped`: not checked; `detail` says why. */
export type CheckStatus = "ok" | "warning" | "problem" | "skipped";

export type CheckGroup = "machine" | "settings" | "files" | "connection" | "server" | "login" | "ledger";

export interface Check {
  readonly group: CheckGroup;
  /** Stable, for machines: `clock`, `lease`, … */
  readonly name: string;
  readonly status: CheckStatus;
  /** For people: what was found, in one line. */
  readonly detail: string;
  /** For people: more details, one line each. Absent: none. */
  readonly lines?: readonly string[];
  /** What to do now. Absent if the status is `ok`. */
  readonly next?: string;
  /** The error that a command ends with because of this check. Absent: no error. */
  readonly code?: ErrorCode;
  /** For machines: what was found. Absent: `detail` has everything. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Diagnosis {
  readonly formatVersion: 1;
  /** Of couchdb-migrate. */
  readonly version: string;
  /** The worst status of all checks; skipped checks do not count. */
  readonly result: "ok" | "warning" | "problem";
  readonly checks: readonly Check[];
}
