/**
 * Everything that a run can say. The core emits these and prints nothing; renderers listen (render/), and so may
 * users of the library. No event holds a secret.
 */
import type { MigrateError } from "./errors.js";
import type { Kept, OlderFiles } from "./results.js";

export type Event =
  /** CouchDB, or a part of it, is waited for. Emitted at growing intervals. */
  | { readonly type: "waiting"; readonly url: string; readonly reason: string; readonly milliseconds: number }
  | { readonly type: "connected"; readonly url: string; readonly version: string; readonly user: string | undefined }
  /** The run is anonymous until an admin has been written. */
  | { readonly type: "admin-party"; readonly url: string }
  /** `part`: the lease is one of a part of a step that several processes do together; absent: it is the set's. */
  | {
      readonly type: "lease-waiting";
      readonly holder: string;
      readonly since: string;
      /** How long the holder has had it, by our clock; left out where `since` is no time. */
      readonly millisecondsHeld?: number;
      /** How long it has been waited for. */
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
  /** What is about to be done: how many steps, of how many. */
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
      /** `done`: a part of it. `unmatched`: its patterns match no database now. */
      readonly outcome: "applied" | "adopted" | "kept" | "unmatched" | "unchanged" | "done";
      /** What differs from the files and stays as it is. Absent: nothing. */
      readonly kept?: readonly (Kept & { readonly database?: string })[];
      readonly milliseconds: number;
    }
  /** `timeout` or a signal has ended the run in the middle of it; the next run goes on with it. */
  | { readonly type: "step-stopped"; readonly id: string }
  | { readonly type: "step-failed"; readonly id: string; readonly database?: string; readonly error: MigrateError }
  | { readonly type: "warning"; readonly code: string; readonly message: string; readonly id?: string }
  /** Nothing is done: the files are older than what is applied. */
  | { readonly type: "older"; readonly steps: number; readonly older: OlderFiles }
  /** One request, for traces. `path` without credentials; bodies are never in it. */
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
