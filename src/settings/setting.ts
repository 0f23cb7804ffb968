/**
 * One setting of the command line. Flags, environment variables, couchdb-migrate.yaml and the reference are derived
 * from it.
 */
export interface Setting {
  /**
   * `paths`: one or more; the flag may be repeated, the variable has commas between them, and the key may be a list.
   * `lines`: the same with one value per line.
   */
  readonly type: "duration" | "boolean" | "string" | "integer" | "path" | "paths" | "lines" | "enum";
  readonly group: "Connection" | "Run" | "Ledger and lease" | "Output" | "Files" | "Sandbox";
  /** For help and the reference: a phrase without a full stop. */
  readonly description: string;
  /**
   * The commands that have it as a flag. In the environment and couchdb-migrate.yaml, it is allowed for all commands.
   */
  readonly commands: readonly CommandName[];
  /** As a user would write it. Absent: the setting may be undefined. */
  readonly default?: string;
  /** For help, if there is no fixed default. */
  readonly defaultDescription?: string;
  /** Other names of the flag, which help does not show. */
  readonly aliases?: readonly string[];
  /** The environment variable; by default `COUCHDB_MIGRATE_` and the name. */
  readonly env?: string;
  /** The variable may also be given as `…_FILE`: the content of that file, without its final newline. */
  readonly envFile?: true;
  /** The key in couchdb-migrate.yaml; by default the name; `false`: it is not allowed there. */
  readonly key?: string | false;
  /** It is an argument of the command, not a flag. */
  readonly positional?: true;
  /** No message contains its value. */
  readonly secret?: true;
  /** Only for an enum. */
  readonly choices?: readonly string[];
  /** Only for an integer, or for a duration in milliseconds. */
  readonly min?: number;
  readonly max?: number;
  /** `none` means no value. */
  readonly none?: true;
  /** Only for a string; `hint` says what it requires. */
  readonly pattern?: RegExp;
  readonly hint?: string;
  /** Differences for specific commands. */
  readonly per?: Partial<Record<CommandName, Partial<Pick<Setting, "description" | "defaultDescription" | "choices">>>>;
}

export const commandNames = [
  "apply",
  "stage",
  "plan",
  "show",
  "status",
  "validate",
  "lint",
  "test",
  "dev",
  "reset",
  "doctor",
  "wait",
  "ledger forget",
  "ledger accept",
  "ledger release",
  "ledger environment",
  "unlock",
  "import",
  "new",
  "schema",
  "sandbox",
  "completion",
] as const;
export type CommandName = (typeof commandNames)[number];

/** `leaseTtl` is the flag `--lease-ttl`. */
export function flagOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flag and its aliases, without the dashes. */
export function flagsOf(name: string, { aliases = [] }: Setting): string[] {
  return [flagOf(name), ...aliases];
}

export function environmentOf(name: string, setting: Setting): string {
  return setting.env ?? `COUCHDB_MIGRATE_${flagOf(name).replaceAll("-", "_").toUpperCase()}`;
}

export function keyOf(name: string, setting: Setting): string | undefined {
  return setting.key === false ? undefined : (setting.key ?? name);
}
