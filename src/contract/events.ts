/**
 * Everything that a run can report. The core emits these and prints nothing; renderers listen (render/), and so may
 * users of the library. No event holds a secret.
 */
import type { MigrateError } from "./errors.js";
import type { Kept, OlderFiles } from "./results.js";

export type Event =
  /** The run waits for CouchDB, or a part of it. Emitted at growing intervals. */
  | { readonly type: "waiting"; readonly url: string; readonly reason: string; readonly milliseconds: number }
  | { readonly type: "connected"; readonly url: string; readonly version: string; readonly user: string | undefined }
  /** The run is anonymous until an admin has been written. */
  | { readonly type: "admin-party"; readonly url: string }
  /** `part`: the lease is that of a part. Absent: it is the set's. */
  | {
      readonly type: "lease-waiting";
      readonly holder: string;
      readonly since: string;
      /** How long the holder has had it, by our clock. Absent if `since` is not a time. */
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
  /** How many steps are pending, of how many. */
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
    }
  | {
      readonly type: "step-end";
      readonly id: string;
      readonly kind: string;
      readonly title: string;
      /** `done`: a part of the step is done. `unmatched`: its patterns match no database now. */
      readonly outcome: "applied" | "adopted" | "kept" | "unmatched" | "unchanged" | "done";
      /** What differs from the files and stays as it is. Absent: nothing. */
      readonly kept?: readonly (Kept & { readonly database?: string })[];
      readonly milliseconds: number;
    }
  /** `timeout` or a signal stopped the run in the middle of this step; the next run continues it. */
  | { readonly type: "step-stopped"; readonly id: string }
  | { readonly type: "step-failed"; readonly id: string; readonly database?: string; readonly error: MigrateError }
  | { readonly type: "warning"; readonly code: string; readonly message: string; readonly id?: string }
  /**
   * One line that a step's script printed, possibly cut. `database`: the one it was working on; absent while it is loaded.
   * Without `text`: whatever else the step's scripts print is left out.
   */
  | { readonly type: "script-output"; readonly id: string; readonly database?: string; readonly text?: string }
  /** The run does nothing: the files are older than what is applied. */
  | { readonly type: "older"; readonly steps: number; readonly older: OlderFiles }
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
