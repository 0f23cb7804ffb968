/** What the library's functions take. Times are in milliseconds. */
import type { Connection, NanoInstance } from "./connection.js";
import type { Listener } from "./events.js";
import type { Policies } from "./policies.js";
import type { Plan } from "./results.js";

/** How to reach CouchDB: one of the two. */
export interface ServerOptions {
  readonly connection?: Connection;
  /** The application's nano instance; its address and login are used. */
  readonly nano?: NanoInstance;
}

export interface RunOptions extends ServerOptions {
  /** The migration set; each set has its own ledger, lease and history. Default `default`. */
  readonly set?: string;
  /**
   * An existing database for the ledger; its `_security` is not changed. Default: `couchdb-migrate`, which the run
   * creates.
   */
  readonly ledgerDatabase?: string;
  /**
   * How long to wait for CouchDB. Default 60 000. For `plan`, `status` and `importServer` the default is 0: they expect
   * the server to be up, and retry only requests that fail on it.
   */
  readonly wait?: number;
  /** Compare every step with the server: `apply` repairs drift, `plan` counts it as a change. */
  readonly verify?: boolean;
  /** Allow steps to destroy data. */
  readonly allowDestroy?: boolean;
  /** Apply files even if they are older than what is applied; they become the newest. */
  readonly allowRevert?: boolean;
  /**
   * The release of the files: a whole number or an ISO 8601 time, always in the same form within a set. A higher
   * release than the ledger's is always applied; a lower one is applied only with `allowRevert`. Default: the files
   * alone decide.
   */
  readonly release?: number | string;
  /**
   * How many documents per second `transformDocuments` and `ensureDocuments` may write; `auto`: as many as the views of
   * the database keep up with. Default: as many as the server takes.
   */
  readonly rate?: number | "auto";
  /** How many indexes of staged deployments may be built at the same time. Default 1. */
  readonly builds?: number;
  /** How long a script of `transformDocuments` may take to load, and per document. Default 60 000. */
  readonly scriptTimeout?: number;
  /** What `apply` refuses or warns about, and `plan` shows so. Default: nothing. */
  readonly policies?: Policies;
  /**
   * How many databases to work on at the same time, and how many reads to send at the same time; if the round trip is
   * long, up to four times as many reads. Default 16.
   */
  readonly concurrency?: number;
  /** Called with every event of the run. */
  readonly emit?: Listener;
  /** Stops the run between two requests. */
  readonly signal?: AbortSignal;
  /**
   * The environment of the run. Default: the one that the migrations were loaded for. A ledger belongs to one
   * environment, and refuses another.
   */
  readonly environment?: string;
}

export interface LeaseOptions {
  /** How long to watch the lease of a silent holder before taking it over. Default 30 000. */
  readonly leaseTtl?: number;
  /** How long to wait for another runner. Default 600 000. */
  readonly leaseWait?: number;
  /** The name of this runner, shown to others that wait for its lease. Default: the host name and the process id. */
  readonly holder?: string;
}

/**
 * The limit: each part ends up holding a lease, and each is a client of the same CouchDB.
 *
 * @internal
 */
export const mostParts = 100;

/** One part of a step that several processes share. */
export interface PartOption {
  /** Starts at 1. */
  readonly number: number;
  readonly of: number;
}

export interface ApplyOptions extends RunOptions, LeaseOptions {
  /**
   * Do this part of the first pending step that can be divided, and leave out the steps after it. Default:
   * everything.
   */
  readonly part?: PartOption;
  /**
   * A plan that was approved, as `plan` returned it or as `JSON.parse` read it from a file: the run writes nothing that
   * the plan does not contain. It can only forbid: `allowDestroy` and all else still hold. Not with `part`. Default:
   * none.
   */
  readonly plan?: Plan;
  /** Files that are older than what is applied: resolve with the result `older`, or throw `older-files`. Default `skip`. */
  readonly onOlder?: "skip" | "fail";
  /** How long the whole run may take. Default: no limit. */
  readonly timeout?: number;
}

/** `verify`, `allowDestroy`, `rate` and `scriptTimeout` have no effect. */
export interface StageOptions extends RunOptions, LeaseOptions {
  /** Files that are older than what is applied: resolve with the result `older`, or throw `older-files`. Default `skip`. */
  readonly onOlder?: "skip" | "fail";
  /** How long the whole run may take. Default: no limit. */
  readonly timeout?: number;
}

/**
 * A version of CouchDB, with its JavaScript engine.
 *
 * @internal
 */
export const couchdbPattern = /^(\d{1,2}\.\d{1,2}(?:\.\d{1,3})?)(?: (quickjs|spidermonkey (?:1\.8\.5|\d{2,3})))?$/;

/**
 * A bearer token, as a header contains it.
 *
 * @internal
 */
export const tokenPattern = /^[\w.~+/-]+=*$/;

/** What the steps of a set depend on besides its files. */
export interface FilesScope {
  /** The environment variables for `${NAME}`. Default: those of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values for `${NAME}` if `env` has neither `NAME` nor `NAME_FILE`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The environment: the steps that exist only in others are left out. Default: none. */
  readonly environment?: string;
  /** The declared environments: a step may name no others. Default: any. */
  readonly environments?: readonly string[];
}

export interface LintOptions extends FilesScope {
  /** Whether a variable that is not set is an error. Default: what depends on it is not checked. */
  readonly requireVariables?: boolean;
  /**
   * The version of CouchDB, and its JavaScript engine if it is not that of the official image: `3.5`, `3.5 quickjs`,
   * `3.3 spidermonkey 91`. Default: unknown.
   */
  readonly couchdb?: string;
  /** With `open-databases: refuse`, an open database is an error. The others depend on the server. Default: none. */
  readonly policies?: Policies;
  /** Ids of rules that are off, each with the reason. Default: none. */
  readonly off?: Readonly<Record<string, string>>;
  readonly emit?: Listener;
  readonly signal?: AbortSignal;
}

export interface DoctorOptions
  extends Pick<RunOptions, "connection" | "nano" | "set" | "ledgerDatabase" | "release" | "wait" | "emit" | "signal">,
    FilesScope {
  /** The folder of migration files, or one file. Default: none are read. */
  readonly path?: string;
  /** Also for the address of a proxy. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Skip the checks of the server for this reason, and send nothing. Default: check the server. */
  readonly offline?: string;
}

/**
 * The name of a set, or of an environment.
 *
 * @internal
 */
export const namePattern = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** @internal */
export const nameHint = "a name of up to 100 letters, digits, `.`, `_` and `-` that begins with a letter or digit";

/**
 * No pattern matches these databases.
 *
 * @param own where the run keeps its ledger
 * @internal
 */
export function ledgerDatabases(own: string): ReadonlySet<string> {
  return new Set([own, defaults.ledgerDatabase]);
}

/** @internal */
export const defaults = {
  path: "./migrations",
  set: "default",
  ledgerDatabase: "couchdb-migrate",
  wait: 60_000,
  /** How long a run that expects the server to be up waits if the server answers but is not ready. */
  patience: 15_000,
  concurrency: 16,
  builds: 1,
  scriptTimeout: 60_000,
  leaseTtl: 30_000,
  leaseWait: 600_000,
} as const;
