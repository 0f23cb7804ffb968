/**
 * Everything that a run can report. The core emits these events and prints nothing; renderers (render/) and users of
 * the library listen to them. No event contains a secret.
 */
import type { MigrateError } from "./errors.js";
import type { Kept, OlderFiles } from "./results.js";

export type Event =
  /** The run waits for CouchDB, or for a part of it. Emitted at increasing intervals. */
  | { readonly type: "waiting"; readonly url: string; readonly reason: string; readonly milliseconds: number }
  | { readonly type: "connected"; readonly url: string; readonly version: string; readonly user: string | undefined }
  /** The run is anonymous until an admin has been created. */
  | { readonly type: "admin-party"; readonly url: string }
  /** `part`: the lease of a part. Absent: the set's lease. */
  | {
      readonly type: "lease-waiting";
      readonly holder: string;
      readonly since: string;
      /** How long the holder has had the lease, by our clock. Absent if `since` is not a time. */
      readonly millisecondsHeld?: number;
      /** How long this run has waited. */
      readonly milliseconds: number;
      readonly part?: number;
    }
  | {
      readonly type: "lease-taken";
      readonly holder: string;
      readonly token: number;
      readonly from?: string;
      readonly part?: number;
    }
  | { readonly type: "lease-released" }
  /** The number of pending steps, and of all steps. */
  | { readonly type: "run-begin"; readonly steps: number; readonly pending: number }
  | { readonly type: "step-begin"; readonly id: string; readonly kind: string; readonly title: string }
  | {
      readonly type: "step-progress";
      readonly id: string;
      readonly database?: string;
      readonly what: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
      /** An index is built, and CouchDB has not committed it to disk yet, which takes some seconds. */
      readonly committing?: boolean;
    }
  | {
      readonly type: "step-end";
      readonly id: string;
      readonly kind: string;
      readonly title: string;
      /**
       * `done`: a part of the step is done. `unmatched`: its patterns match no database now. `staged`: its indexes are
       * built ahead.
       */
      readonly outcome: "applied" | "adopted" | "kept" | "unmatched" | "unchanged" | "done" | "staged";
      /** The only database in which this run did it. Only if the step has a pattern or names several databases. */
      readonly database?: string;
      /** The same, if there are several: their number. */
      readonly databases?: number;
      /** What differs from the files and is left as it is. Absent: nothing. */
      readonly kept?: readonly (Kept & { readonly database?: string })[];
      readonly milliseconds: number;
    }
  /** `timeout` or a signal stopped the run during this step; the next run continues it. */
  | { readonly type: "step-stopped"; readonly id: string }
  | { readonly type: "step-failed"; readonly id: string; readonly database?: string; readonly error: MigrateError }
  | { readonly type: "warning"; readonly code: string; readonly message: string; readonly id?: string }
  /**
   * One line that a step's script printed, possibly cut. `database`: the one that the script works on; absent while
   * the script is loaded. Without `text`: any further output of the step's scripts is dropped.
   */
  | { readonly type: "script-output"; readonly id: string; readonly database?: string; readonly text?: string }
  /** The run does nothing: the files are older than what is applied. */
  | { readonly type: "older"; readonly steps: number; readonly older: OlderFiles; readonly command?: "stage" }
  /** One request, for traces. `path` has no credentials; bodies are not included. */
  | {
      readonly type: "request";
      readonly method: string;
      readonly path: string;
      readonly status: number | undefined;
      readonly milliseconds: number;
      readonly attempt: number;
    };

export type EventType = Event["type"];
export type Listener = (event: Event) => void;
