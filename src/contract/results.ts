/**
 * What `plan`, `apply` and `status` return, and what `--format json` prints: `formatVersion` 1. Fields may be added,
 * but never renamed. They contain no secrets: each is shown as `"***"`.
 */

/** One difference between the server and the files. */
export interface Change {
  /** JSON Pointer into the step's object. */
  readonly path: string;
  /** `null`: not present. Secrets: `"***"`. */
  readonly before: unknown;
  /** As `before`; `"(unknown)"`: a secret whose variable is not set. */
  readonly after: unknown;
  /** For people: the same in words, if `before` and `after` are not values of the object. */
  readonly text?: string;
}

/** A change of a step that works in several databases. */
export interface PlacedChange extends Change {
  /** Absent: the step works in one place, or the change is the same in several databases. */
  readonly database?: string;
  /** The databases in which the change is the same. Absent: it is only in one place. */
  readonly databases?: readonly string[];
}

/** One difference that is left as it is, by design. */
export interface Kept {
  /** JSON Pointer into the step's object. */
  readonly path: string;
  /** `null`: not present. Secrets: `"***"`. */
  readonly server: unknown;
  readonly files: unknown;
  /** Id of the document with the difference. Absent: the difference is not in a document. */
  readonly document?: string;
  /** How many documents this entry stands for, if they are not listed. Absent: one. */
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
  /** The size of these documents. */
  readonly bytes?: number;
  /** Another design document with the same index: that index is reused, or its build continues. */
  readonly reuses?: string;
  /** With `reuses`: how many changes that index is missing, in the copies that answered. Absent: unknown. */
  readonly pending?: number;
  /** The old index serves until the new one is built. */
  readonly staged?: boolean;
  /**
   * What it takes to go back to the old index. `catchUp`: it is kept (`keepPrevious`), and only what was written since
   * is indexed. `build`: it is removed, and is built again. Absent: there is none, or `staged` is not set.
   */
  readonly wayBack?: "catchUp" | "build";
  /** With `catchUp`: the size on disk of the index that is kept, in the copies that answered. Absent: unknown. */
  readonly keptBytes?: number;
  /** `stage` has begun or finished the build. Absent: it has not. */
  readonly ahead?: BuiltAhead;
}

/** An index that `stage` builds ahead. */
export interface BuiltAhead {
  /** The staged document. */
  readonly name: string;
  /** ISO 8601. */
  readonly since: string;
  /** How many changes the index lacks, in the copies that answered. Absent: unknown. */
  readonly pending?: number;
  /** `apply` switches without a build. */
  readonly ready: boolean;
}

/** The state of a step of the files. `older`: skipped, because its files are older than what is applied. */
export type StepState = "pending" | "changed" | "applied" | "drifted" | "older";

/** Why files are not applied: a newer version of them, or newer secrets, were applied. */
export interface OlderFiles {
  /** How it is known: the ledger has a newer version of the files, newer secrets, or a higher release. */
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
 * What `apply` would do. `adopt`: the server already has it, so it is only recorded. `keep`: the server differs, and
 * the step leaves it as it is by design. `none` in a step that is not applied: its patterns match no database now.
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

/** What an approved plan lets a step write. What is the same in several databases is one entry. */
export interface Approval {
  readonly action: "create" | "update" | "remove";
  /** Absent: on the server. */
  readonly databases?: readonly string[];
  /**
   * Digests of what the server has now and the step would overwrite or remove; they begin with `+` if there is nothing
   * yet. None is derived from a secret. `any`: it can't be known, because an earlier step changes it first, or it is too
   * much to compare.
   */
  readonly former: readonly string[] | "any";
  /** How many documents the step would overwrite or remove, in each of the databases. Absent: it is not about documents. */
  readonly documents?: number;
}

export interface PlannedStep {
  readonly id: string;
  readonly kind: string;
  /** Of what the step declares, without secrets: another form of the step is not approved. */
  readonly checksum: string;
  readonly file: string;
  readonly line: number;
  readonly description?: string;
  readonly state: StepState;
  readonly action: StepAction;
  /** For people: `database zerglings`. */
  readonly target: string;
  readonly databases: Readonly<Record<string, PlannedDatabase>>;
  readonly changes: readonly PlacedChange[];
  /** A short form of `changes`, if many documents change: what text and Markdown show without `--details`. */
  readonly brief?: readonly PlacedChange[];
  /** What differs and is left as it is. Absent: nothing. */
  readonly kept?: readonly (Kept & { readonly database?: string })[];
  readonly rebuilds: readonly Rebuild[];
  /**
   * JSON Pointers to secrets of the step that are unknown, because variables are not set. The plan assumes that the
   * server has the correct ones; if it has none, `changes` contain `"(unknown)"`. Absent: none.
   */
  readonly unknown?: readonly string[];
  /**
   * Ids of earlier pending steps that change documents on which this step's preview depends: `changes` and `rebuilds`
   * do not take them into account. Absent: none.
   */
  readonly previewWithout?: readonly string[];
  /** Whether `apply`, with the same options, would write for this step. False for drift that it does not repair. */
  readonly applies: boolean;
  /**
   * One sentence each: why the step is refused, why it is pending (`the database was recreated`), what to watch out
   * for.
   */
  readonly notes: readonly string[];
  /** With `action: "refused"`: the server's state can't be read; `notes` say why. Absent: it was read. */
  readonly unread?: true;
  /** For `apply` with this plan: what the step may write. Absent: nothing. */
  readonly approvals?: readonly Approval[];
}

/** A step that is in the ledger, but no longer in the files. */
export interface Orphan {
  readonly id: string;
  readonly kind: string;
  /** The objects that the step claimed, as `database/zerglings`. Empty: unknown, or too many. */
  readonly objects: readonly string[];
  /** The kind of step that deletes what is left on the server. Absent: no kind does. */
  readonly removedBy?: string;
  /** For people: what the step leaves on the server, and how to remove it. */
  readonly note: string;
  /** The command that removes the step from the ledger only, quoted for a shell. */
  readonly forget: string;
}

export interface Plan {
  readonly formatVersion: 1;
  /** The version of couchdb-migrate that made the plan. */
  readonly version: string;
  /** ISO 8601, by the clock of the process that made the plan. */
  readonly plannedAt: string;
  readonly set: string;
  /** The environment that the files were loaded for. Absent: none. */
  readonly environment?: string;
  readonly server: { readonly url: string; readonly version: string };
  /** A random id in the set's ledger, which tells one server from another. Null: there is no ledger, or it can't be read. */
  readonly serverId: string | null;
  /** How many steps would change something on the server. Drift counts with `verify` only; `adopt` never. */
  readonly changes: number;
  readonly steps: readonly PlannedStep[];
  /** Set if `apply` would do nothing, because the files are older than what is applied. */
  readonly older?: OlderFiles;
  /** Set if `apply` would refuse the files as a whole: `steps` show what it would do otherwise. */
  readonly refused?: RefusedFiles;
  /** The database of the ledger. Absent: the default one. */
  readonly ledgerDatabase?: string;
  /** Ids in the ledger that are no longer in the files. */
  readonly orphaned: readonly string[];
  /** The same steps, with what each one leaves on the server. */
  readonly orphans: readonly Orphan[];
  /** Variables that secret fields need and that are not set: `NAME`, or `file:/path`. Absent: all are set. */
  readonly unset?: readonly string[];
  readonly warnings: readonly Warning[];
  /** Whether `apply`, with the same options, would repair drift (`--verify`). */
  readonly verify: boolean;
  /** Whether `apply`, with the same options, would apply files that are older than what is applied (`--allow-revert`). */
  readonly allowRevert: boolean;
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
  /** The step that is divided into parts; null: no such step was pending. */
  readonly step: string | null;
  readonly number: number;
  readonly of: number;
  /** Numbers of the parts that are not done yet. Empty: all are done, and the step is recorded. Null: unknown. */
  readonly open: readonly number[] | null;
  /** Ids of pending steps that an `apply` without `part` has to do. */
  readonly left: readonly string[];
}

export interface ApplyResult {
  readonly formatVersion: 1;
  readonly set: string;
  /** The environment that the files were loaded for. Absent: none. */
  readonly environment?: string;
  /**
   * `incomplete`, `interrupted`: `timeout` or a signal ended the run; nothing failed, and the next run continues.
   * `older`: nothing was done, because the files are older than what is applied.
   */
  readonly result: "applied" | "unchanged" | "older" | "failed" | "incomplete" | "interrupted";
  readonly applied: readonly string[];
  /** The ids in `applied` whose steps removed something. */
  readonly removed: readonly string[];
  readonly adopted: readonly string[];
  /**
   * Not written although the server differs: these steps leave existing objects as they are. Steps that are applied
   * already are only compared with `verify`.
   */
  readonly kept: readonly KeptStep[];
  /** Recorded without a write: their patterns match no database now, and apply to those that appear later. */
  readonly unmatched: readonly string[];
  readonly unchanged: readonly string[];
  /** Ids of all steps, if the files are older than what is applied. */
  readonly skipped: readonly string[];
  /** With `result: "older"`: why. */
  readonly older?: OlderFiles;
  /** Started, but stopped by `timeout` or a signal; the next run continues them. */
  readonly unfinished: readonly string[];
  /** Not started, because the run stopped earlier. */
  readonly notReached: readonly string[];
  readonly part?: PartResult;
  /** When the approved plan was made, if the run was given one. */
  readonly approvedBy?: { readonly plannedAt: string };
  /**
   * What the approved plan does not contain, as a plan of these steps. Nothing was written because of it, unless the run
   * had begun already and continued after it lost its lease.
   */
  readonly unapproved?: Plan;
  readonly failures: readonly Failure[];
  readonly warnings: readonly Warning[];
  readonly requests: { readonly reads: number; readonly writes: number };
  readonly milliseconds: number;
}

/** An index that is built under the name of a staged document. Names are without `_design/`. */
export interface StagedIndex {
  /** The id of the step. */
  readonly id: string;
  readonly database: string;
  /** The design document that will have the index. */
  readonly designDoc: string;
  /** The staged document. */
  readonly name: string;
}

export interface StageResult {
  readonly formatVersion: 1;
  readonly set: string;
  /** The environment that the files were loaded for. Absent: none. */
  readonly environment?: string;
  /**
   * `staged`: everything that can be built ahead is built, now or before. `unchanged`: there is nothing to build ahead.
   * `incomplete`, `interrupted`: `timeout` or a signal ended the run; CouchDB continues to build, and the next run
   * continues. `older`: nothing was done, because the files are older than what is applied.
   */
  readonly result: "staged" | "unchanged" | "older" | "failed" | "incomplete" | "interrupted";
  /** The version of the files. */
  readonly version: string;
  /** Built and checked: the next `apply` switches to them. */
  readonly staged: readonly StagedIndex[];
  /** An `apply` switched to them while they were built. */
  readonly deployed: readonly StagedIndex[];
  /** Removed, because an earlier `stage` had built them for files that are no longer wanted. */
  readonly replaced: readonly StagedIndex[];
  /** Not built yet, because `timeout` or a signal ended the run. */
  readonly unfinished: readonly StagedIndex[];
  /**
   * In how many databases of pending steps there is nothing to build ahead: they have few documents, or the step is
   * deployed in place, or no index changes.
   */
  readonly nothingAhead: number;
  /** Ids of all steps, if the files are older than what is applied. */
  readonly skipped: readonly string[];
  /** With `result: "older"`: why. */
  readonly older?: OlderFiles;
  readonly failures: readonly Failure[];
  readonly warnings: readonly Warning[];
  readonly requests: { readonly reads: number; readonly writes: number };
  readonly milliseconds: number;
}

/** What `stage` has built ahead under one name, and is not deployed. */
export interface StagedStatus {
  /** The design document that will have the index. Names are without `_design/`. */
  readonly designDoc: string;
  /** The staged document. */
  readonly name: string;
  /** The version of the files that it was staged for. */
  readonly version: string;
  /** ISO 8601. */
  readonly since: string;
  readonly databases: readonly StagedDatabase[];
  /**
   * Set if the files do not want it: the command that removes everything that is staged for the set, quoted for a
   * shell. Absent: they want it, or this is unknown.
   */
  readonly remove?: string;
}

export interface StagedDatabase {
  readonly database: string;
  /** How many changes the index lacks, in the copies that answered. Absent: unknown. */
  readonly pending?: number;
  /** The index is built, up to the changes of the last moments. */
  readonly ready: boolean;
  /** The size of the index on disk. Absent: unknown. */
  readonly bytes?: number;
}

/** What `stage --abort` removed. */
export interface AbortResult {
  readonly formatVersion: 1;
  readonly set: string;
  /** Empty: nothing was staged. */
  readonly removed: readonly RemovedStaged[];
  readonly failures: readonly FailedDatabase[];
  readonly requests: { readonly reads: number; readonly writes: number };
  readonly milliseconds: number;
}

/** Why nothing could be removed in a database. */
export type FailedDatabase = Omit<Failure, "id" | "database"> & { readonly database: string };

export interface RemovedStaged extends Omit<StagedIndex, "id"> {
  readonly version: string;
  readonly since: string;
  /** The size of the index, which CouchDB frees. Absent: unknown, or another design document uses the same index. */
  readonly bytes?: number;
}

export interface KeptStep {
  readonly id: string;
  readonly differences: readonly (Kept & { readonly database?: string })[];
}

export interface StatusStep {
  readonly id: string;
  readonly kind: string;
  readonly state: StepState;
  /** ISO 8601; null if the ledger does not have it. */
  readonly appliedAt: string | null;
  readonly notes: readonly string[];
}

export interface Status {
  readonly formatVersion: 1;
  readonly set: string;
  /** The environment that the files were loaded for; without one, that of the ledger. Absent: none. */
  readonly environment?: string;
  readonly server: { readonly url: string; readonly version: string };
  /** False: there were no migration files to compare with, and `steps` come from the ledger. */
  readonly files: boolean;
  readonly steps: readonly StatusStep[];
  /** Set if the files are older than what is applied. */
  readonly older?: OlderFiles;
  /** The release that was applied last. Absent: none was given. */
  readonly release?: string;
  /** The database of the ledger. Absent: the default one. */
  readonly ledgerDatabase?: string;
  readonly orphaned: readonly string[];
  readonly orphans: readonly Orphan[];
  /** The same as in a plan. */
  readonly unset?: readonly string[];
  readonly warnings: readonly Warning[];
  /** `millisecondsHeld` uses the caller's clock, and is absent if `since` is not a time. */
  readonly lease: null | { readonly holder: string; readonly since: string; readonly millisecondsHeld?: number };
  /** What `stage` has built ahead, and is not deployed. Absent: nothing. */
  readonly staged?: readonly StagedStatus[];
  /** Parts of steps that other processes are working on. */
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
  /** The set's lease; null: it was free. */
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
  readonly result: "applied" | "staged" | "removed" | "failed" | "interrupted" | "incomplete";
  /** Absent: none. */
  readonly environment?: string;
  /** Absent: `apply`. */
  readonly command?: "stage" | "stage --abort";
  /** One part of a step; `applied` then means that the part is done. Other work of that run has its own records. */
  readonly part?: { readonly step: string; readonly number: number; readonly of: number };
  /** When the approved plan was made, if the run was given one. */
  readonly approvedPlan?: string;
  readonly applied: readonly string[];
  readonly adopted: readonly string[];
  /** Absent: none. */
  readonly kept?: readonly string[];
  /** Steps whose indexes were built ahead. Absent: none. */
  readonly staged?: readonly string[];
  readonly failures: readonly { readonly id: string; readonly code: string }[];
}
