/** What the ledger document of a migration set holds. The shape on the wire; nothing in it is secret. */
export interface Ledger {
  readonly formatVersion: 1;
  readonly set: string;
  readonly entries: Readonly<Record<string, Entry>>;
  /** One fingerprint over all secrets of the set but the login's own. */
  readonly fingerprint?: Fingerprint;
  /**
   * Every version of the files (files-version.ts) that was noted, which is before its first write, with its place in the
   * order in which they were; the newest has the highest. No `forget`, `accept` or rename removes one.
   */
  readonly versions?: Readonly<Record<string, number>>;
  /** The release of the files that were noted last, or what a person made of it; `at`: as a version's place. */
  readonly release?: { readonly value: string; readonly at: number };
  /** The nodes that were seen when it was last written, so that the next look needs not ask for them. */
  readonly nodes?: readonly string[];
}

/** One applied step. */
export interface Entry {
  readonly kind: string;
  /** `<algorithm version>:<sha256>`. */
  readonly checksum: string;
  /** The checksums that it had before, oldest first. */
  readonly former: readonly string[];
  /** ISO 8601, the runner's clock. */
  readonly appliedAt: string;
  readonly milliseconds: number;
  /** The version of couchdb-migrate that applied it. */
  readonly version: string;
  /** The ids that it had before (`formerly`), oldest first. */
  readonly formerly?: readonly string[];
  /** The objects that the step claimed, as `database/zerglings`. Absent: not known, too many, or named by a secret. */
  readonly claims?: readonly string[];
  /** It held already and was only recorded. */
  readonly adopted?: boolean;
  /** The server differed, and by design the step left what it had. */
  readonly kept?: boolean;
  /**
   * The databases that it was applied in, each with its incarnation: `instance_start_time` as CouchDB 3.3 and newer
   * give it (seconds); `"0"` from older ones, which can't tell.
   */
  readonly databases: Readonly<Record<string, string>>;
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
  /** What `hash` was before, with the same salt: secrets that were replaced. */
  readonly former?: readonly string[];
}

/** A ledger as it was read, with what is needed to write the next version. */
export interface StoredLedger {
  readonly ledger: Ledger;
  readonly rev: string;
}
