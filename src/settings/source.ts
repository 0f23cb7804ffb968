/** A setting as a source has it, not yet checked. */
export interface Given {
  readonly text: string;
  /** For messages: `--wait`, `COUCHDB_MIGRATE_WAIT`, `couchdb-migrate.yaml:3:7: wait`. */
  readonly source: string;
  readonly from: "flag" | "environment" | "file" | "default";
  /** What a relative path starts at, where that is not the working directory. */
  readonly folder?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Collects what is wrong, so that all of it is said at once. */
export interface Report {
  problem(message: string): void;
  warning(message: string): void;
}
