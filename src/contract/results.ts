/**
 * What `plan`, `apply` and `status` return, and what `--format json` prints: `formatVersion` 1. Fields may be added,
 * but never renamed. They hold no secret: each is shown as `"***"`.
 */

/** One difference between the server and the files. */
export interface Change {
  /** JSON Pointer into the step's object. */
  readonly path: string;
  /** `null`: absent. Secrets: `"***"`. */
  readonly before: unknown;
  /** As `before`; `"(unknown)"`: a secret whose variable is not set. */
  readonly after: unknown;
  /** For people: the same in words, if `before` and `after` are not values of the object. */
  readonly text?: string;
}

/** One difference that stays: by design, the step leaves what the server has. */
export interface Kept {
  /** JSON Pointer into the step's object. */
  readonly path: string;
  /** `null`: absent. Secrets: `"***"`. */
  readonly server: unknown;
  readonly files: unknown;
  /** Id of the document that has the difference. Absent: it is not in a document. */
  readonly document?: string;
  /** How many documents it stands for, which are not listed. Absent: only itself. */
  readonly documents?: number;
}

/** An index that CouchDB rebuilds because of a change. */
export interface Rebuild {
  readonly database: string;
  /** Name of the design document, without `_design/`. */
  readonly designDoc: string;
  readonly views: readonly string[];
  /** How many documents the build reads. */
  readonly documents: number;
  /** Their size. */
  readonly bytes?: number;
  /** Another design document that has the same index: it is reused, or its build continues. */
  readonly reuses?: string;
  /** With `reuses`: how many changes that index lacks, in the copies that answered. Absent: unknown. */
  readonly pending?: number;
  /** The old index serves until the new one is built. */
  readonly staged?: boolean;
}

/** The state of a step of the files. `older`: skipped, because its files are older than what is applied. */
export type StepState = "pending" | "changed" | "applied" | "drifted" | "older";

/** Why files are not applied: a newer version of them, or newer secrets, were applied. */
export interface OlderFiles {
  /** What shows it: the ledger has a newer version of the files, newer secrets, or a higher release. */
  readonly by: "version" | "secrets" | "release";
  /** For people: part of a sentence. */
  readonly reason: string;
  /** The release of these files. Absent: none. */
  readonly release?: string;
  /** The release that is applied. Absent: none. */
  readonly appliedRelease?: string;
  /** What to do, for people. */
  readonly next: string;
}

/**
 * What `apply` would do. `adopt`: the server already holds it, so it is only recorded. `keep`: the server differs, and by
 * design the step leaves it as it is. `none` in a step that is not applied: its patterns match no database now.
 */
export type StepAction = "create" | "update" | "remove" | "adopt" | "keep" | "none" | "refused";

/** Why a run would end before its first step. */
export interface RefusedFiles {
  /** The code of the error that `apply` ends with. */
  readonly code: string;
  readonly message: string;
  /** What to do, for people. */
  readonly next: string;
}

export interface PlannedDatabase {
  readonly state: StepState;
  readonly action: StepAction;
}

export interface PlannedStep {
  readonly id: string;
  readonly kind: string;
  readonly file: string;
  readonly line: number;
  readonly description?: string;
  readonly state: StepState;
  readonly action: StepAction;
  /** For people: `database zerglings`. */
  readonly target: string;
  readonly databases: Readonly<Record<string, PlannedDatabase>>;
  readonly changes: readonly (Change & { readonly database?: string })[];
  /** `changes` in short, if many documents change: what text and Markdown show without `--details`. */
  readonly brief?: readonly (Change & { readonly database?: string })[];
  /** What differs and stays as it is. Absent: nothing. */
  readonly kept?: readonly (Kept & { readonly database?: string })[];
  readonly rebuilds: readonly Rebuild[];
  /**
   * JSON Pointers to secrets of the step that are unknown, because variables are not set. The plan assumes that the server
   * has the right ones; if it has none, `changes` contain `"(unknown)"`. Absent: there are none.
   */
  readonly unknown?: readonly string[];
  /**
   * Ids of pending steps before this one that change documents which its preview depends on: `changes` and `rebuilds`
   * do not take them into account. Absent: there are none.
   */
  readonly previewWithout?: readonly string[];
  /** Whether `apply`, with the same options, would write for this step: false for drift that it leaves. */
  readonly applies: boolean;
  /** One sentence each: why it is refused, why it is pending (`the database was recreated`), what to watch. */
  readonly notes: readonly string[];
  /** With `action: "refused"`: the server's state can't be read, and `notes` say why. Absent: it was read. */
  readonly unread?: true;
}

/** A step that is in the ledger, but no longer in the files. */
export interface Orphan {
  readonly id: string;
  readonly kind: string;
  /** What it claimed, as `database/zerglings`. Empty: not known, or too many. */
  readonly objects: readonly string[];
  /** The kind of step that deletes what stays on the server. Absent: there is none. */
  readonly removedBy?: string;
  /** For people: what it leaves on the server, and how to remove that. */
  readonly note: string;
  /** The command that drops it from the ledger and nothing else, quoted for a shell. */
  readonly forget: string;
}

export interface Plan {
  readonly formatVersion: 1;
  readonly set: string;
  readonly server: { readonly url: string; readonly version: string };
  /** How many steps would change something on the server. Drift counts with `verify` only; `adopt` never. */
  readonly changes: number;
  readonly steps: readonly PlannedStep[];
  /** `apply` would do nothing, because the files are older than what is applied. Absent: they are not. */
  readonly older?: OlderFiles;
  /** `apply` would refuse the files as a whole: `steps` show what it would do otherwise. Absent: it would not. */
  readonly refused?: RefusedFiles;
  /** The database of the ledger. Absent: the tool's own. */
  readonly ledgerDatabase?: string;
  /** Ids in the ledger that are no longer in the files. */
  readonly orphaned: readonly string[];
  /** The same steps, with what each leaves on the server. */
  readonly orphans: readonly Orphan[];
  /** Variables that secret fields need and that are not set: `NAME`, or `file:/path`. Absent: all are set. */
  readonly unset?: readonly string[];
  readonly warnings: readonly Warning[];
  /** Whether `apply`, with the same options, would repair drift (`--verify`). */
  readonly verify: boolean;
}

export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly id?: string;
}

export interface Failure {
  readonly id: string;
  readonly database: string | null;
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

/** The outcome of a run with `part`. */
export interface PartResult {
  /** The step that is done in parts; null: no such step was pending. */
  readonly step: string | null;
  readonly number: number;
  readonly of: number;
  /** Numbers of the parts that are still to be done. Empty: all are done, and the step is recorded. Null: unknown. */
  readonly open: readonly number[] | null;
  /** Ids of pending steps that are left to an `apply` without `part`. */
  readonly left: readonly string[];
}

export interface ApplyResult {
  readonly formatVersion: 1;
  readonly set: string;
  /**
   * `incomplete`, `interrupted`: `timeout` or a signal has ended the run; nothing failed, and the next run continues. `older`:
   * nothing was done, because the files are older than what is applied.
   */
  readonly result: "applied" | "unchanged" | "older" | "failed" | "incomplete" | "interrupted";
  readonly applied: readonly string[];
  /** Those of `applied` that removed something. */
  readonly removed: readonly string[];
  readonly adopted: readonly string[];
  /** Recorded without a write although the server differs: these steps leave existing objects as they are. */
  readonly kept: readonly KeptStep[];
  /** Recorded without a write: their patterns match no database now, and apply to those that appear later. */
  readonly unmatched: readonly string[];
  readonly unchanged: readonly string[];
  /** Ids of all steps, if the files are older than what is applied. */
  readonly skipped: readonly string[];
  /** With `result: "older"`: why. */
  readonly older?: OlderFiles;
  /** Started, and cut short by `timeout` or a signal: the next run continues them. */
  readonly unfinished: readonly string[];
  /** Not started, because the run stopped before. */
  readonly notReached: readonly string[];
  readonly part?: PartResult;
  readonly failures: readonly Failure[];
  readonly warnings: readonly Warning[];
  readonly requests: { readonly reads: number; readonly writes: number };
  readonly milliseconds: number;
}

export interface KeptStep {
  readonly id: string;
  readonly differences: readonly (Kept & { readonly database?: string })[];
}

export interface StatusStep {
  readonly id: string;
  readonly kind: string;
  readonly state: StepState;
  /** ISO 8601, or null if the ledger does not know. */
  readonly appliedAt: string | null;
  readonly notes: readonly string[];
}

export interface Status {
  readonly formatVersion: 1;
  readonly set: string;
  readonly server: { readonly url: string; readonly version: string };
  /** False: there were no migration files to compare with, and `steps` are those of the ledger. */
  readonly files: boolean;
  readonly steps: readonly StatusStep[];
  /** The files are older than what is applied. Absent: they are not, or there are none. */
  readonly older?: OlderFiles;
  /** The release that was applied last. Absent: none was given. */
  readonly release?: string;
  /** The database of the ledger. Absent: the tool's own. */
  readonly ledgerDatabase?: string;
  readonly orphaned: readonly string[];
  readonly orphans: readonly Orphan[];
  /** As in a plan. */
  readonly unset?: readonly string[];
  readonly warnings: readonly Warning[];
  /** `millisecondsHeld` is by the caller's clock, and absent if `since` is not a time. */
  readonly lease: null | { readonly holder: string; readonly since: string; readonly millisecondsHeld?: number };
  /** Parts of steps that somebody is working on. */
  readonly parts: readonly (PartHolder & { readonly millisecondsHeld?: number })[];
  readonly runs: readonly RunRecord[];
}

/** Who holds the lease of a part, and since when. */
export interface PartHolder {
  readonly step: string;
  readonly number: number;
  readonly holder: string;
  /** ISO 8601, by the holder's clock. */
  readonly since: string;
}

/** The leases that `unlock` released. */
export interface Unlocked {
  /** The set's lease; null: nobody held it. */
  readonly lease: null | { readonly holder: string; readonly since: string };
  /** The leases of parts. */
  readonly parts: readonly PartHolder[];
}

/** One run in the history. */
export interface RunRecord {
  readonly startedAt: string;
  readonly milliseconds: number;
  readonly holder: string;
  readonly version: string;
  readonly result: "applied" | "failed" | "interrupted" | "incomplete";
  /** One part of a step; `applied` then means that the part is done. Other work of that run has records of its own. */
  readonly part?: { readonly step: string; readonly number: number; readonly of: number };
  readonly applied: readonly string[];
  readonly adopted: readonly string[];
  /** Absent: none. */
  readonly kept?: readonly string[];
  readonly failures: readonly { readonly id: string; readonly code: string }[];
}
