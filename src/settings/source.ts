/** The value of a setting from one source, not yet checked. */
export interface Given {
  readonly text: string;
  /** For messages: `--wait`, `COUCHDB_MIGRATE_WAIT`, `couchdb-migrate.yaml:3:7: wait`. */
  readonly source: string;
  readonly from: "flag" | "environment" | "file" | "default";
  /** The file that the text was read from, if a variable `…_FILE` names one. */
  readonly file?: string;
  /** The base for a relative path, if it is not the working directory. */
  readonly folder?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Collects problems, so that all of them are reported together. */
export interface Report {
  problem(message: string): void;
  warning(message: string): void;
}
