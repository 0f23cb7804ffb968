/**
 * The catalogue of everything that can go wrong, one entry per code.
 *
 * An error has a code (stable, for machines), a message (what happened), data (the facts, without secrets), a cause,
 * and `next`: what the reader should do now.
 *
 * To add one: add a line to `catalogue`, then throw `new MigrateError("your-code", {...})`. Nothing else is edited:
 * the exit code follows from the catalogue, and `npm run generate` writes docs/errors.md from it.
 */

/** Exit codes of the process, by class of outcome. */
export const exitCodes = {
  done: 0,
  failed: 1,
  pending: 2,
  invalid: 3,
  unreachable: 4,
  leaseHeld: 5,
  incomplete: 6,
  interrupted: 7,
} as const;

/** @internal */
export type ExitClass = keyof typeof exitCodes;

/**
 * For the help and the error reference.
 *
 * @internal
 */
export const exitMeanings: Readonly<Record<ExitClass, string>> = {
  done: "done, or nothing to do",
  failed: "a step or test failed, a step was refused, or doctor or lint found problems",
  pending: "changes are pending, or the files are older (only with --detailed-exitcode)",
  invalid: "the input is invalid",
  unreachable: "CouchDB is unreachable, or refuses the login or a permission",
  leaseHeld: "another runner has held the lease for longer than --lease-wait",
  incomplete: "incomplete: --timeout passed, or a rate limit let no request through; run again",
  interrupted: "interrupted by a signal",
};

/** @internal */
export interface CatalogueEntry {
  readonly exit: ExitClass;
  /** When the error is thrown; for the reference. */
  readonly when: string;
  /** The default next action; an error may have a more specific one. */
  readonly next: string;
}

export const catalogue = {
  "invalid-input": {
    exit: "invalid",
    when: "The migration files contain at least one problem. All problems are listed, and nothing was applied.",
    next: "Nothing was applied. Correct the files; `couchdb-migrate validate` checks them offline.",
  },
  "too-little-memory": {
    exit: "failed",
    when: "The files need more memory than this process may use. Nothing was written.",
    next: "Raise the container's limit and NODE_OPTIONS=--max-old-space-size, or divide the files into several sets (--set).",
  },
  "invalid-settings": {
    exit: "invalid",
    when: "A flag, an environment variable or a key of couchdb-migrate.yaml is unknown, missing, or has a value that can't be used.",
    next: "See `couchdb-migrate COMMAND --help`, or docs/settings.md for all settings.",
  },
  unreachable: {
    exit: "unreachable",
    when: "CouchDB did not answer, or was not ready, within --wait.",
    next: "Check the address, and that CouchDB is up; --wait sets how long to wait for it.",
  },
  unauthorized: {
    exit: "unreachable",
    when: "CouchDB refuses the login. A run tries a password only once, because CouchDB locks accounts after five failures, and a token again only if there is a newer one.",
    next: "Check COUCHDB_USERNAME and COUCHDB_PASSWORD; after a rotation, set COUCHDB_PREVIOUS_PASSWORD to the old password.",
  },
  "locked-out": {
    exit: "unreachable",
    when: "CouchDB has temporarily locked the account after failed logins.",
    next: "Wait five minutes without a login, then correct the credentials and run again.",
  },
  "missing-permission": {
    exit: "unreachable",
    when: "The credentials are correct, but the user lacks a permission that the run needs.",
    next: "Run as a server admin, or keep the ledger in another database with --ledger-database.",
  },
  "not-couchdb": {
    exit: "unreachable",
    when: "Something answers at the address, but it is not CouchDB.",
    next: "Check the URL: a proxy or a login page may be in front of CouchDB.",
  },
  "paths-decoded": {
    exit: "unreachable",
    when: "A proxy decodes the paths of requests, so names with `+`, `/` or `%` would reach CouchDB as other names.",
    next: "Configure the proxy to pass paths on unchanged. In nginx, write nothing after the host and port in `proxy_pass`, not even a slash; in Apache httpd, use `AllowEncodedSlashes NoDecode` and `ProxyPass … nocanon`.",
  },
  "wrong-address": {
    exit: "unreachable",
    when: "The URL is not the root of CouchDB: it names a database, the server redirects, or the scheme is wrong.",
    next: "Correct COUCHDB_URL (or --url).",
  },
  "gateway-refused": {
    exit: "unreachable",
    when: "A proxy or gateway in front of CouchDB refused a request, so CouchDB did not get it.",
    next: "Check the configuration and the log of the proxy or gateway that answers at the URL.",
  },
  "nodes-closed": {
    exit: "unreachable",
    when: "A step needs the nodes of the server (its admins, its configuration, its cluster), and the server or a proxy gives no access to them. Nothing was written.",
    next: "Allow /_node and /_membership in the proxy, or use an address that bypasses it; or remove these steps, or limit them to other environments with `environments`.",
  },
  "request-failed": {
    exit: "failed",
    when: "CouchDB answered a request with an error that a retry does not fix, or that retries did not fix in time.",
    next: "Fix the cause that CouchDB gives, then run again: what was done is recorded and not repeated.",
  },
  "disk-full": {
    exit: "failed",
    when: "CouchDB could not store what was written, because its disk is full.",
    next: "Free space on CouchDB's disk, or enlarge it, then run again: what was done is recorded and not repeated.",
  },
  "outcome-unknown": {
    exit: "failed",
    when: "A request was sent and no answer came, so it is not known whether CouchDB carried it out.",
    next: "Run again: the run reads what the server has, and writes only what is missing.",
  },
  "not-applied": {
    exit: "failed",
    when: "CouchDB, or a proxy in front of it, accepted a write, but the server does not have what was sent.",
    next: "Check the proxies between couchdb-migrate and CouchDB: one may answer instead of CouchDB or change requests. Then run again.",
  },
  "below-quorum": {
    exit: "failed",
    when: "Only a minority of CouchDB's nodes accepted a write (202), so it is not durable.",
    next: "Bring the missing nodes back, then run again.",
  },
  conflict: {
    exit: "failed",
    when: "Somebody else kept changing the same object during the run.",
    next: "Run again; if it happens again, find out who else writes the object.",
  },
  "node-down": {
    exit: "failed",
    when: "A node of the cluster that the run must write to does not answer.",
    next: "Bring the node back, or remove it from the cluster, then run again.",
  },
  "step-failed": {
    exit: "failed",
    when: "A step could not be applied. Steps that may depend on each other keep the order of the files; steps in different databases run at the same time. After a failure no new step is started, so earlier steps in other databases may be left over.",
    next: "Fix the cause, then run again: the run continues with this step.",
  },
  refused: {
    exit: "failed",
    when: "The step needs a decision: it would destroy data, change what is fixed at creation, or work in a database that no step creates; or what it requires is not true.",
    next: "Review the reason above; to proceed, do as it says, or edit the step.",
  },
  "not-development": {
    exit: "invalid",
    when: "`dev` or `reset` was given a server that is neither on this machine nor the `url` of an environment that is declared for development. Nothing was sent.",
    next: "Leave out --url and COUCHDB_URL to use the embedded server. If the server may lose data, declare an environment with its `url` and `development: true` in couchdb-migrate.yaml, and use it with --environment.",
  },
  "invalid-plan": {
    exit: "invalid",
    when: "The file of --plan, or of `show`, is not a plan that this version can read.",
    next: "Write one with `couchdb-migrate plan --format json --out plan.json`.",
  },
  "other-plan": {
    exit: "failed",
    when: "The approved plan was made for another server, migration set or ledger.",
    next: "Make a plan of what this run applies, and have it approved.",
  },
  unapproved: {
    exit: "failed",
    when: "The step would write something that the approved plan does not contain: its files or the server have changed since.",
    next: "Make a new plan, and have it approved.",
  },
  policy: {
    exit: "failed",
    when: "A policy refuses what the step would do. Nothing was written.",
    next: "Edit the step, or change `policies` in couchdb-migrate.yaml.",
  },
  "changed-one-time-step": {
    exit: "failed",
    when: "A one-time step was edited after it was applied.",
    next: "Restore it, or record the new form with `couchdb-migrate ledger accept`.",
  },
  "id-reused": {
    exit: "failed",
    when: "The id of a step is recorded for another object, which still exists.",
    next: "Give each service that shares a CouchDB its own set (--set), or give the step a new id.",
  },
  "renamed-step": {
    exit: "failed",
    when: "A step seems to have been applied under another id, or lists a former id that may not be its own.",
    next: "Confirm it with `formerly`, or drop an entry with `couchdb-migrate ledger forget`.",
  },
  "staged-removed": {
    exit: "failed",
    when: "What `stage` had staged was removed while it ran, by `stage --abort` or by hand. It is not staged again.",
    next: "Run `couchdb-migrate stage` again to build it again.",
  },
  "older-files": {
    exit: "failed",
    when: "The files are older than what is applied, and --on-older is `fail`.",
    next: "To go back to these files, apply them once with --allow-revert.",
  },
  "release-refused": {
    exit: "failed",
    when: "The release is lower than the one that is applied, and the files were never applied; or one is a number and the other a time.",
    next: "Give a higher --release, or correct the recorded one with `couchdb-migrate ledger release`.",
  },
  "environment-refused": {
    exit: "failed",
    when: "The ledger belongs to another environment than the run. Nothing was written.",
    next: "Use the environment of the ledger, or another set (--set); `couchdb-migrate ledger environment` corrects the recorded one.",
  },
  "ledger-unreadable": {
    exit: "failed",
    when: "The ledger document exists, but this version can't read it.",
    next: "Use the version of couchdb-migrate that wrote it, or a newer one.",
  },
  "ledger-too-large": {
    exit: "failed",
    when: "The ledger would be larger than CouchDB allows a document to be.",
    next: "Split the migration files into several sets (--set): each has its own ledger.",
  },
  "not-in-ledger": {
    exit: "invalid",
    when: "`ledger forget` or `ledger accept` names a step that is not in the ledger, or not in the files; or `ledger release` or `ledger environment` names a set without a ledger.",
    next: "`couchdb-migrate status` lists the ids.",
  },
  "lease-held": {
    exit: "leaseHeld",
    when: "Another runner has held the lease for longer than --lease-wait.",
    next: "Wait until it is free; if its holder is gone, run `couchdb-migrate unlock`, which releases the lease and names its holder.",
  },
  "lease-lost": {
    exit: "failed",
    when: "The lease could not be renewed in time, so the run stopped before its next step.",
    next: "Run again: the next run continues where this one stopped.",
  },
  incomplete: {
    exit: "incomplete",
    when: "--timeout passed before the run was done, or a rate limit (429) let no request through for ten minutes.",
    next: "Run again: the next run continues where this one stopped.",
  },
  interrupted: {
    exit: "interrupted",
    when: "A signal stopped the run.",
    next: "Run again: the next run continues where this one stopped.",
  },
  "sandbox-missing": {
    exit: "invalid",
    when: "The packages of the embedded server, which are optional, are not installed.",
    next: "Install them, or set COUCHDB_URL.",
  },
  bug: {
    exit: "failed",
    when: "couchdb-migrate contradicts itself.",
    next: "Please report it, with the message and the version.",
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

export interface ErrorDetails {
  /** One sentence: what happened, to what. No secret. */
  readonly message: string;
  /** Facts for machines and tests. No secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What to do now, if the catalogue's text is too general. */
  readonly next?: string;
  readonly cause?: unknown;
}

/** Every failure that couchdb-migrate expects. Any other exception is a bug. */
export class MigrateError extends Error {
  override readonly name: string = "MigrateError";
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;
  readonly next: string;

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.data = details.data ?? {};
    this.next = details.next ?? catalogue[code].next;
  }

  /** The exit code of the process for this error. */
  get exitCode(): number {
    return exitCodes[catalogue[this.code].exit];
  }
}

/**
 * Why a signal stops the run: the signal's reason if it is a MigrateError (`--timeout`, for example), otherwise
 * `interrupted`.
 *
 * @internal
 */
export function stopReason(signal: AbortSignal | undefined, message = "the run was interrupted"): MigrateError {
  if (signal?.reason instanceof MigrateError) return signal.reason;
  return new MigrateError("interrupted", { message, cause: signal?.reason });
}

/**
 * An invariant of our own code is violated.
 *
 * @internal
 */
export function bug(message: string, cause?: unknown): MigrateError {
  return new MigrateError("bug", { message, cause });
}

/**
 * Converts any thrown value to a MigrateError; an unexpected one becomes a `bug`.
 *
 * @internal
 */
export function toMigrateError(thrown: unknown): MigrateError {
  if (thrown instanceof MigrateError) return thrown;
  return bug(thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
