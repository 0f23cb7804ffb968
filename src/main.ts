/** One call of the command line: parses, resolves the settings, runs the command, and renders errors. */
import type { Command, Context, Io } from "./commands/command.js";
import { parsePlain } from "./commands/parse-plain.js";
import { see } from "./commands/see.js";
import { catalogue, exitCodes, MigrateError } from "./contract/errors.js";
import { withoutSecrets } from "./engine/without-secrets.js";
import { errorSummary } from "./render/error-text.js";
import type { Log } from "./render/log.js";
import { openLog } from "./render/open-log.js";
import { openOutput } from "./render/stdout.js";
import { plain, styleFor } from "./render/style.js";
import { inEnvironment, writeTermination } from "./render/termination.js";
import { headerSecrets } from "./secrets/header-secrets.js";
import { Secrets } from "./secrets/secrets.js";
import { readConnection } from "./settings/connection.js";
import { InvalidSettings } from "./settings/problems.js";
import { type Resolved, resolveSettings } from "./settings/resolve.js";
import { environmentOf } from "./settings/setting.js";
import { type Settings, settings as table } from "./settings/table.js";

/** `argv`: without node and script. Returns the exit code; throws nothing. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const secrets = new Secrets();
  let log: Log | undefined;
  let running: Command | undefined;
  let end = (summary: string) => endUnresolved(summary, io.env);
  const once = { once: true };
  // Through the log, which knows what is drawn on the terminal.
  const stopping = () =>
    io.stderr.isTTY && !faultOf(io.signal) && log?.info("Stopping. Send the signal again to stop immediately.");
  io.signal.addEventListener("abort", stopping, once);
  const { hurry } = io;
  const endAtOnce = () => {
    const fault = hurry && faultOf(hurry);
    log?.close();
    const error = fault ? withoutSecrets(fault, secrets) : broughtDown();
    if (fault && log) log.error(error);
    // There was no time to determine the log format.
    else if (fault) io.stderr.write(`${errorSummary(error)}\n`);
    end(errorSummary(error));
  };
  hurry?.addEventListener("abort", endAtOnce, once);
  try {
    const parsed = (await parsePlain(argv)) ?? (await import("./commands/parse.js")).parse(argv, columnsOf(io));
    if ("text" in parsed) {
      // A shell reads completions, so they are never JSON.
      const asLines = !argv[0]?.startsWith("--get-yargs") && (await logFormatIn(argv, io.env)) === "json";
      openOutput(parsed.missing ? io.stderr : io.stdout, asLines).print(parsed.text);
      return parsed.missing ? exitCodes.invalid : exitCodes.done;
    }
    const { command, flags, positionals } = parsed;
    const resolved = await resolveSettings(command.name, flags, io.env);
    const { settings } = resolved;
    running = command;
    secrets.add([
      settings.password,
      settings.previousPassword,
      settings.token,
      settings.proxySecret,
      settings.iamApiKey,
    ]);
    log = await logFor(settings, io, secrets);
    io.hearWarnings?.(log.warn);
    const given = resolved.given.has("terminationLog");
    end = (summary) => {
      writeTermination(inEnvironment(summary, settings.environment), settings.terminationLog, given);
    };

    const context = contextFor(command, resolved, positionals, io, log, secrets);
    const outcome = await command.run(context);
    const fault = faultOf(io.signal);
    if (fault) throw fault;
    log.close();
    if (outcome.summary !== undefined) end(outcome.summary);
    return outcome.exitCode;
  } catch (thrown) {
    const found = withoutSecrets(io.signal.aborted ? asInterruption(thrown, io.signal) : thrown, secrets);
    const error = running ? withHelpOf(running, found) : found;
    log ??= await fallbackLog(argv, io, secrets);
    log.close();
    log.error(error);
    end(errorSummary(error));
    return error.exitCode;
  }
}

function columnsOf({ stdout }: Io): number {
  return stdout.columns || 80;
}

/** Reports all problems of the settings and of the connection together. */
function contextFor(
  command: Command,
  resolved: Resolved,
  positionals: Context["positionals"],
  io: Io,
  log: Log,
  secrets: Secrets,
): Context {
  const settings = withJsonLines(command, resolved);
  const asLines = settings.logFormat === "json";
  const problems = [...resolved.problems];
  const warnings = [...resolved.warnings];
  const report = {
    problem: (message: string) => void problems.push(message),
    warning: (message: string) => void warnings.push(message),
  };
  const asks = typeof command.server === "function" ? command.server({ ...resolved, settings }) : command.server;
  const connection = asks && !settings.sandbox ? readConnection(resolved, resolved.env, report) : undefined;
  secrets.add([connection?.password, ...headerSecrets(connection?.headers)]);
  if (!command.reportsSettings) {
    for (const warning of warnings) log.warn(warning);
    if (problems.length > 0) throw new InvalidSettings(problems, see(command.name));
  }
  const { given, sections, environments, developmentUrl, variables } = resolved;
  return {
    settings,
    resolved: { given, sections, environments, developmentUrl, variables, problems, warnings },
    positionals,
    connection,
    env: resolved.env,
    signal: io.signal,
    log,
    style: asLines ? plain : styleFor(settings.color, resolved.env, io.stdout),
    columns: columnsOf(io),
    stdout: io.stdout,
    ...(io.stdin ? { stdin: io.stdin } : {}),
    engine: io.engine,
    ...(io.fastPath ? { fastPath: io.fastPath } : {}),
    secrets,
    ...openOutput(io.stdout, asLines),
  };
}

/**
 * With `--log-format json`, the document on stdout is JSON, too, unless another format was requested or it goes to a
 * file.
 */
function withJsonLines({ name }: Command, { settings, given }: Resolved): Settings {
  const toFile = settings.out !== undefined && name !== "import";
  if (settings.logFormat !== "json" || given.has("format") || toFile) return settings;
  return { ...settings, format: "json" };
}

function logFor(settings: Settings, io: Io, { foreign }: Secrets): Promise<Log> {
  const style = styleFor(settings.color, io.env, io.stderr);
  return openLog({ format: settings.logFormat, level: settings.logLevel, stream: io.stderr, style, foreign });
}

/** The log for errors that occur before the settings are known. */
async function fallbackLog(argv: readonly string[], io: Io, { foreign }: Secrets): Promise<Log> {
  const format = await logFormatIn(argv, io.env);
  return openLog({ format, level: "info", stream: io.stderr, style: styleFor(undefined, io.env, io.stderr), foreign });
}

/** The log format if the command line is invalid, or requests a text. */
async function logFormatIn(argv: readonly string[], env: Io["env"]): Promise<Settings["logFormat"]> {
  const words = argv.flatMap((word, i) => {
    if (word === "--log-format") return argv[i + 1] ?? [];
    return word.startsWith("--log-format=") ? word.slice("--log-format=".length) : [];
  });
  const flags = words.length > 0 ? { "log-format": words.at(-1) } : {};
  return (await resolveSettings("completion", flags, env)).settings.logFormat;
}

/** Writes the termination message if the settings are unknown: after a wrong flag, a pod needs a reason, too. */
function endUnresolved(summary: string, env: Io["env"]): void {
  const file = env[environmentOf("terminationLog", table.terminationLog)];
  writeTermination(summary, file === "none" ? undefined : file || undefined, Boolean(file));
}

/** If a command refuses settings without saying what to do, the next action is to read its help. */
function withHelpOf({ name }: Command, error: MigrateError): MigrateError {
  if (error.next !== catalogue["invalid-settings"].next) return error;
  const { code, message, data, cause } = error;
  return new MigrateError(code, { message, data, next: see(name), cause });
}

function broughtDown(): MigrateError {
  return new MigrateError("interrupted", {
    message: "the run was stopped immediately, in the middle of its work",
    next: "Run again: the next run continues where this one stopped, after the lease has expired.",
  });
}

/** The error of a run after its signal was aborted, regardless of what the signal interrupted. */
function asInterruption(thrown: unknown, signal: AbortSignal): MigrateError {
  const fault = faultOf(signal);
  if (fault) return fault;
  if (thrown instanceof MigrateError) return thrown;
  return new MigrateError("interrupted", { message: "a signal stopped the run before it was done", cause: thrown });
}

/** The uncaught error, if the run was stopped because of it and not by its user. */
function faultOf({ reason }: AbortSignal): MigrateError | undefined {
  return reason instanceof MigrateError ? reason : undefined;
}
