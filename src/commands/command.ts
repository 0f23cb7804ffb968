/**
 * A command: what yargs and the help need to know of it, and what it does. `run` parses nothing and decides nothing
 * about exit codes but its own: settings are resolved before it, errors are rendered after it.
 *
 * To add one: write `commands/<name>.ts`, add it to the list in `commands/index.ts` and its name to `commandNames` in
 * settings/setting.ts; in settings/table.ts say which flags it has. What only it needs, `run` imports when it runs.
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

/** The library, as the commands call it. */
export type Engine = Pick<
  typeof import("../index.js"),
  | "loadMigrations"
  | "plan"
  | "apply"
  | "status"
  | "wait"
  | "forget"
  | "accept"
  | "correctRelease"
  | "unlock"
  | "importServer"
  | "importBootstrap"
  | "doctor"
>;

/** What the process lends to a command; tests lend their own. */
export interface Io {
  readonly env: Environment;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Aborted by the first signal, or, with a MigrateError for its reason, because of an exception that nobody caught. */
  readonly signal: AbortSignal;
  /** Aborted, with the same reason, just before the process ends without waiting for the command: by the second signal, say. */
  readonly hurry?: AbortSignal;
  /** Tells the warnings of Node.js itself, those that came before included. */
  hearWarnings?(listener: (message: string) => void): void;
  engine(): Promise<Engine>;
  /** Part of the engine, so small that it is loaded where the rest may not be needed. Absent: the rest is loaded. */
  fastPath?(): Promise<FastPath>;
}

export interface Context {
  readonly settings: Settings;
  /** Where the settings come from. There are problems only for a command that reports them. */
  readonly resolved: Pick<Resolved, "given" | "problems" | "warnings">;
  /** The arguments that are not settings, by name. */
  readonly positionals: Readonly<Record<string, string>>;
  /** Undefined for commands that talk to no CouchDB, and with `--sandbox`. */
  readonly connection: Connection | undefined;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** For stdout. */
  readonly style: Style;
  engine(): Promise<Engine>;
  readonly fastPath?: Io["fastPath"];
  /** Those that are known by now. */
  readonly secrets: Secrets;
  /** Writes to stdout. What it is given holds no secret: values are masked where they are rendered. */
  print(text: string): void;
  /** Writes a document to stdout as JSON. It holds no secret either. */
  printJson(document: unknown): void;
}

export interface Outcome {
  readonly exitCode: number;
  /** One line on how it ended, for the termination log. */
  readonly summary?: string;
}

export interface Command {
  readonly name: CommandName;
  /** `[path]`, `<id>`: as yargs and the help have it. */
  readonly positionals?: string;
  /** Descriptions of the positionals that are not settings. */
  readonly describe?: Readonly<Record<string, string>>;
  readonly summary: string;
  /** It talks to a CouchDB (with these settings), so that the connection is checked with them. */
  readonly server?: true | ((settings: Settings) => boolean);
  /** It runs even if settings are invalid, and says itself what is wrong with them. */
  readonly reportsSettings?: true;
  /** Command line (without the program's name) and what it is good for. */
  readonly examples: readonly (readonly [string, string])[];
  run(context: Context): Promise<Outcome>;
}
