/**
 * The server as the rest of the program sees it. Everything that knows HTTP, nano, status codes and retries is behind
 * this interface, in this folder; its implementation is gateway.ts.
 */
import type { Path } from "./path.js";

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  /** As it was sent; only where it was asked for. */
  readonly text?: string;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReadOptions {
  readonly query?: Query;
  /** A body makes it a reading POST; only the paths on the list in reading.ts are allowed. */
  readonly body?: unknown;
  /** Statuses, besides 2xx, that are an answer and not an error. 404 is the usual one. */
  readonly accept?: readonly number[];
  /** Ask the server even if the answer is known from earlier in this run. */
  readonly fresh?: boolean;
  /** `false`: the answer is not remembered. For what is read piece by piece, however much it is. */
  readonly keep?: boolean;
  /** The answer's text too: numbers may not come out of its parsing as they stand in it. */
  readonly text?: boolean;
  /** Milliseconds; default: the run's request time-out. */
  readonly timeout?: number;
  /** For requests that CouchDB answers otherwise in multipart (`open_revs`). It is sent always as application/json. */
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** The body, where it is JSON text already. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses, besides 200 and 201, that are an answer and not an error (202 too is an error unless named here). */
  readonly accept?: readonly number[];
  /** Sending it twice does the same as sending it once, so that the gateway may repeat it after a passing failure. */
  readonly repeatable: boolean;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface Couch {
  /** Without credentials; may be printed. */
  readonly url: string;
  /** CouchDB's version as `GET /` gives it, e.g. `3.5.0`. Known once the server has been asked; see `version()`. */
  version(): Promise<string>;
  /**
   * A request that only reads. Its answer is kept for the run, until something is written to the same database (or,
   * for server-wide paths, to the server): no request is sent twice in a run for nothing.
   * Throws MigrateError: `unreachable`, `unauthorized`, `missing-permission`, `request-failed`, `not-couchdb`, …
   */
  read<Body = unknown>(path: Path, options?: ReadOptions): Promise<Answer<Body>>;
  /**
   * A request that writes; throws (a bug) while the run is read-only. A lost answer of what is not repeatable throws
   * `outcome-unknown`; 409 throws `conflict`; 202 throws `below-quorum`; 412 with `nodedown` throws `node-down`.
   */
  write<Body = unknown>(method: "PUT" | "POST" | "DELETE", path: Path, options: WriteOptions): Promise<Answer<Body>>;
  /** Forget what was read: all of it, or of one database. */
  forget(database?: string): void;
  /** Changes whenever an answer that was read may no longer hold: something was written, or `forget` was called. */
  readonly epoch: number;
  /** Whether this run has made the database, without a doubt: what is in it, the run itself has written. */
  made(database: string): boolean;
  /**
   * From now on, a write that CouchDB refuses without a reason is followed by the question whether its disk is full.
   * CouchDB answers that only to whoever sets a limit of a database, so this one's, the run's own, is set to what it is.
   */
  askInDoubt(database: string): void;
  /** How many requests were sent, retries included. */
  readonly requests: { readonly reads: number; readonly writes: number };
  /** What the requests are signed with. */
  readonly login: Login;
  /** What the run shares: see shared.ts. */
  readonly shared: Map<unknown, unknown>;
  /** Where this is the server under a lease: the server. */
  readonly behind?: Couch;
}

/** The credentials of a run and what is known of them. */
export interface Login {
  /** `undefined` in admin party. */
  readonly name: string | undefined;
  /**
   * True when these are the credentials that the server has accepted in this run: whoever declares an admin with
   * them needs no other proof that its password is right on the node that is spoken to.
   */
  proves(name: string, password: string): boolean;
  /** True when the run was given these credentials, accepted or not: they may be those that a rotation is to bring. */
  declares(name: string, password: string): boolean;
  /** From now on sign with these (an admin was just written, or rotated). */
  become(name: string, password: string): void;
}
