/** The content of a migration set's ledger document: its JSON format. Nothing in it is secret. */
export interface Ledger {
  readonly formatVersion: 1;
  readonly set: string;
  /** The environment that it belongs to: the first one that was noted. Absent: none. */
  readonly environment?: string;
  readonly entries: Readonly<Record<string, Entry>>;
  /** One fingerprint over all secrets of the set except the login's own. */
  readonly fingerprint?: Fingerprint;
  /**
   * Every version of the files (files-version.ts) that was noted, which happens before its first write, with its
   * position in the order of noting; the newest has the highest. `forget`, `accept` and renames never remove one.
   */
  readonly versions?: Readonly<Record<string, number>>;
  /** The release of the files that were noted last, or a person's correction; `at`: a position like a version's. */
  readonly release?: { readonly value: string; readonly at: number };
  /** Tells this server from others that have a set of the same name. Backups and replications do not contain it. */
  readonly server?: ServerIdentity;
  /** The nodes that were seen when the ledger was last written, so that the next check need not ask for them. */
  readonly nodes?: readonly string[];
}

export interface ServerIdentity {
  /** Random; never changes. */
  readonly id: string;
  /** A digest of the approved plan that the ledger was begun with: that plan knew no id. Absent: there was none. */
  readonly plan?: string;
}

/** One applied step. */
export interface Entry {
  readonly kind: string;
  /** `<algorithm version>:<sha256>`. */
  readonly checksum: string;
  /** Its earlier checksums, oldest first. */
  readonly former: readonly string[];
  /** ISO 8601, by the runner's clock. */
  readonly appliedAt: string;
  readonly milliseconds: number;
  /** The version of couchdb-migrate that applied it. */
  readonly version: string;
  /** Its earlier ids (`formerly`), oldest first. */
  readonly formerly?: readonly string[];
  /** The objects that the step claimed, as `database/zerglings`. Absent: unknown, too many, or named by a secret. */
  readonly claims?: readonly string[];
  /**
   * The objects that the step is known to have created, by database; `""`: the server. Absent: none. `reset` removes
   * nothing else.
   */
  readonly created?: Readonly<Record<string, Created>>;
  /** It already held and was only recorded. */
  readonly adopted?: boolean;
  /** The server differed, and the step left it as it was by design. */
  readonly kept?: boolean;
  /**
   * The databases in which it was applied, each with its incarnation: `instance_start_time` from CouchDB 3.3 and
   * later (in seconds); older versions always return `"0"`.
   */
  readonly databases: Readonly<Record<string, string>>;
}

export interface Created {
  /** The incarnation of the database at that time; `""` for the server. In another one, the objects are not the set's. */
  readonly incarnation: string;
  /** As in `claims`. */
  readonly objects: readonly string[];
}

/** scrypt over all secrets together; salt and hash in base64. */
export interface Fingerprint {
  readonly ids: readonly string[];
  readonly salt: string;
  readonly hash: string;
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** They were noted before the first write, and it is not recorded yet that the steps hold with them. */
  readonly pending?: true;
  /** Earlier values of `hash`, with the same salt: secrets that were replaced. */
  readonly former?: readonly string[];
}

/** A ledger as read, with what is needed to write the next version. */
export interface StoredLedger {
  readonly ledger: Ledger;
  readonly rev: string;
}
