/**
 * The server as the rest of the program sees it. All code that knows about HTTP, status codes and retries is
 * behind this interface, in this folder. Its implementation is gateway.ts.
 */
import type { MigrateError } from "../contract/errors.js";
import type { Path } from "./path.js";
import type { BodyStream } from "./transport.js";

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  /** The text of the response; only if the caller requested it. */
  readonly text?: string;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReadOptions {
  readonly query?: Query;
  /** With a body, the request is a POST that reads; only the paths listed in reading.ts are allowed. */
  readonly body?: unknown;
  /** Statuses, besides 2xx, that are a result and not an error. Most often 404. */
  readonly accept?: readonly number[];
  /** Ask the server even if this run already knows the answer. */
  readonly fresh?: boolean;
  /** `false`: the answer is not cached. For data that is read piece by piece and may be large. */
  readonly keep?: boolean;
  /** Also return the text of the response: parsing may change numbers. */
  readonly text?: boolean;
  /** The body may be too large for memory and need not be JSON: the answer's body is its `Digest`. */
  readonly digest?: boolean;
  /** Milliseconds. Default: the request timeout of the run. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Under a rate limit, the request does not wait for others: for requests that a lease depends on. */
  readonly urgent?: boolean;
}

export interface WriteOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** The body, if it is already JSON text. */
  readonly json?: string;
  /** The body, if it is not JSON, or too large for memory. Its content type is in `headers`. */
  readonly stream?: BodyStream;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses, besides 200 and 201, that are a result and not an error (202 is an error too, unless listed here). */
  readonly accept?: readonly number[];
  /**
   * Sending the request twice has the same effect as sending it once, so the gateway may repeat it after a temporary
   * failure.
   */
  readonly repeatable: boolean;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** As for reads. */
  readonly urgent?: boolean;
}

export interface Couch {
  /** Contains no credentials; may be printed. */
  readonly url: string;
  /** CouchDB's version from `GET /`, e.g. `3.5.0`. */
  version(): Promise<string>;
  /**
   * Sends a request that only reads. The answer is cached for the run until something is written to the same database
   * (or, for server-wide paths, to the server), so the run never sends the same request twice without need. Throws
   * MigrateError: `unreachable`, `unauthorized`, `missing-permission`, `request-failed`, `not-couchdb`, …
   */
  read<Body = unknown>(path: Path, options?: ReadOptions): Promise<Answer<Body>>;
  /**
   * Sends a request that writes. Throws (a bug) while the run is read-only. If the answer is lost and the request is
   * not repeatable, throws `outcome-unknown`; 409 throws `conflict`; 202 throws `below-quorum`; 412 with `nodedown`
   * throws `node-down`.
   */
  write<Body = unknown>(method: "PUT" | "POST" | "DELETE", path: Path, options: WriteOptions): Promise<Answer<Body>>;
  /** Drops cached answers: all of them, or those of one database. */
  forget(database?: string): void;
  /** Changes whenever a cached answer may be out of date: something was written, or `forget` was called. */
  readonly epoch: number;
  /** Whether it is certain that this run created the database, so that everything in it was written by the run. */
  made(database: string): boolean;
  /**
   * From now on, if CouchDB refuses a write without a reason, check whether its disk is full. CouchDB only reveals
   * this when a limit of a database is set, so the check sets a limit of this database, which is the run's own, to
   * its current value.
   */
  askInDoubt(database: string): void;
  /** The number of requests sent, including retries. */
  readonly requests: { readonly reads: number; readonly writes: number };
  /** The credentials that requests are signed with. */
  readonly login: Login;
  /** Values that the whole run shares; see shared.ts. */
  readonly shared: Map<unknown, unknown>;
  /** If this is the server under a lease: the underlying server. */
  readonly behind?: Couch;
}

/** The credentials of a run, and what is known about them. */
export interface Login {
  /** `undefined` if the server is an admin party, or if only the server knows. */
  readonly name: string | undefined;
  /**
   * True if the server has accepted these credentials in this run. If a step declares an admin with them, that is
   * enough proof that the password is correct on the node that the run talks to.
   */
  proves(name: string, password: string): boolean;
  /** True if the run was given these credentials, whether accepted or not: they may be the new ones of a rotation. */
  declares(name: string, password: string): boolean;
  /** The error if CouchDB treats a signed request as anonymous; `undefined`: that passes. */
  anonymous(): MigrateError | undefined;
  /**
   * Sign with these credentials from now on (an admin was just created, or its password rotated). Without effect if the
   * run does not log in with a password.
   */
  become(name: string, password: string): void;
}
