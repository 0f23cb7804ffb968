/**
 * A command: what yargs and the help need to know about it, and what it does. `run` parses nothing and decides only
 * its own exit codes: settings are resolved before it, errors are rendered after it.
 *
 * To add one: write `commands/<name>.ts`, add it to the list in `commands/index.ts` and its name to `commandNames` in
 * settings/setting.ts; list its flags in settings/table.ts. Modules that only this command needs are imported inside
 * `run`.
 */
import type { Connection } from "../contract/connection.js";
import type { FastPath } from "../engine/fast.js";
import type { Log, Stream } from "../render/log.js";
import type { Style } from "../render/style.js";
import type { Secrets } from "../secrets/secrets.js";
import type { Resolved } from "../settings/resolve.js";
import type { CommandName } from "../settings/setting.js";
import type { Environment } from "../settings/source.js";
import type { Settings } from "../settings/table.js";

/** The part of the library that commands call. */
export type Engine = Pick<
  typeof import("../index.js"),
  | "loadMigrations"
  | "plan"
  | "apply"
  | "stage"
  | "abortStage"
  | "status"
  | "wait"
  | "forget"
  | "accept"
  | "correctRelease"
  | "correctEnvironment"
  | "unlock"
  | "importServer"
  | "importBootstrap"
  | "doctor"
  | "lint"
  | "runTests"
>;

/** What the process provides to a command; tests provide their own. */
export interface Io {
  readonly env: Environment;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Only opened by commands that read keys. Absent: there is none. */
  stdin?(): NodeJS.ReadStream;
  /** Aborted by the first signal, or, with a MigrateError as its reason, by an uncaught exception. */
  readonly signal: AbortSignal;
  /**
   * Aborted, with the same reason, just before the process exits without waiting for the command, for example after
   * the second signal.
   */
  readonly hurry?: AbortSignal;
  /** Reports warnings of Node.js to the listener, including earlier ones. */
  hearWarnings?(listener: (message: string) => void): void;
  engine(): Promise<Engine>;
  /**
   * A small part of the engine that is loaded first, because the rest may not be needed. Absent: everything is
   * loaded.
   */
  fastPath?(): Promise<FastPath>;
}

export interface Context {
  readonly settings: Settings;
  /** Where the settings come from. `problems` is only non-empty for a command that reports them. */
  readonly resolved: Pick<
    Resolved,
    "given" | "sections" | "environments" | "developmentUrl" | "variables" | "problems" | "warnings"
  >;
  /** The arguments that are not settings, by name. */
  readonly positionals: Readonly<Record<string, string>>;
  /** Undefined for commands that don't connect to a CouchDB, and with `--sandbox`. */
  readonly connection: Connection | undefined;
  /** The variables of the process and of env files. */
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** For stdout. */
  readonly style: Style;
  /** The width of stdout's terminal; if it is none, 80. */
  readonly columns: number;
  readonly stdout: Stream;
  readonly stdin?: Io["stdin"];
  engine(): Promise<Engine>;
  readonly fastPath?: Io["fastPath"];
  /** The secrets that are known so far. */
  readonly secrets: Secrets;
  /** Writes to stdout. The text must not contain secrets: values are masked where they are rendered. */
  print(text: string): void;
  /** Writes a document to stdout as JSON. It must not contain secrets either. */
  printJson(document: unknown): void;
}

export interface Outcome {
  readonly exitCode: number;
  /** One line about the outcome, for the termination log. */
  readonly summary?: string;
}

export interface Command {
  readonly name: CommandName;
  /** `[path]`, `<id>`: in the notation of yargs and the help. */
  readonly positionals?: string;
  /** Descriptions of the positionals that are not settings. */
  readonly describe?: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The command connects to a CouchDB (with these settings), so the connection settings are validated too. */
  readonly server?: true | ((resolved: Pick<Resolved, "settings" | "given">) => boolean);
  /** The command runs even if settings are invalid, and reports the problems itself. */
  readonly reportsSettings?: true;
  /** A command line (without the program's name) and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  run(context: Context): Promise<Outcome>;
}
