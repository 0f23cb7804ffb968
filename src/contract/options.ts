/** What the library's functions take. Times are in milliseconds. */
import type { Connection } from "./connection.js";
import type { Listener } from "./events.js";

export interface RunOptions {
  readonly connection: Connection;
  /** The migration set: each has a ledger, a lease and a history of its own. Default `default`. */
  readonly set?: string;
  /** A database made beforehand for the ledger, whose `_security` is left alone. Default: `couchdb-migrate`, our own. */
  readonly ledgerDatabase?: string;
  /**
   * How long to wait for CouchDB. Default 60 000; for `plan`, `status` and `importServer` 0: they expect a server that
   * is there, and retry only what fails on it.
   */
  readonly wait?: number;
  /** Look at every step live; `apply` then repairs drift, `plan` counts it as a change. */
  readonly verify?: boolean;
  /** Let steps that destroy data do so. */
  readonly allowDestroy?: boolean;
  /** Apply files that are older than what is applied; that makes them the newest. */
  readonly allowRevert?: boolean;
  /**
   * The release of the files, from a deployer that counts: a whole number, or an ISO 8601 time; one sort per set. A higher
   * one than the ledger's is applied whatever the files; a lower one is not, except with `allowRevert`. Default: the files alone decide.
   */
  readonly release?: number | string;
  /** How many documents a second a step may change that changes many. Default: as many as the server takes. */
  readonly rate?: number;
  /** How many indexes may be built at the same time. Default 1. */
  readonly builds?: number;
  /** How long a script of `transformDocuments` may take to be loaded, and for each document. Default 60 000. */
  readonly scriptTimeout?: number;
  /** How many databases are worked in at once. Default 16. */
  readonly concurrency?: number;
  /** Hears everything that the run has to say. */
  readonly emit?: Listener;
  /** Stops the run between two requests. */
  readonly signal?: AbortSignal;
}

export interface LeaseOptions {
  /** After how long a silent holder's lease may be taken over. Default 30 000. */
  readonly leaseTtl?: number;
  /** How long another runner is waited for. Default 600 000. */
  readonly lockWait?: number;
  /** Who holds the lease, for people: the pod's name. Default: the host name and the process id. */
  readonly holder?: string;
}

/** Each part holds a lease at the end, and each is a client of one CouchDB. */
export const mostParts = 100;

/** One part of a step that several processes do together. */
export interface PartOption {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

export interface ApplyOptions extends RunOptions, LeaseOptions {
  /** Do this part of the first pending step that can be divided, and leave what comes after it. Default: all. */
  readonly part?: PartOption;
  /** Files that are older than what is applied: resolve with the result `older`, or throw `older-files`. Default `skip`. */
  readonly onOlder?: "skip" | "fail";
  /** How long the whole run may take. Default: no limit. */
  readonly timeout?: number;
}

export const defaults = {
  path: "./migrations",
  set: "default",
  ledgerDatabase: "couchdb-migrate",
  wait: 60_000,
  /** Of a run that expects the server to be there: for one that answers, but does not serve yet. */
  patience: 15_000,
  concurrency: 16,
  builds: 1,
  scriptTimeout: 60_000,
  leaseTtl: 30_000,
  lockWait: 600_000,
} as const;
