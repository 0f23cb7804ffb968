/** Reads settings from environment variables. An empty variable counts as absent. */
import { NotReadable, readBytes } from "../files/regular-file.js";
import { nearest } from "../text/nearest.js";
import { environmentOf } from "./setting.js";
import type { Environment, Given, Report } from "./source.js";
import { type SettingName, settingNames, settings } from "./table.js";

/** How long to wait for the writer of a pipe, in milliseconds; a password manager may ask its user first. */
export const waitForPipe = 30_000;

/** A setting from its variable alone, without `…_FILE`. */
export function fromVariable(name: SettingName, env: Environment): Given | undefined {
  const source = environmentOf(name, settings[name]);
  const text = env[source];
  return text ? { text, source, from: "environment" } : undefined;
}

export interface Variables {
  readonly env: Environment;
  /** For messages: a variable with the env file that it is from. Absent: there is no env file. */
  placed?(variable: string): string;
}

export function readEnvironment(
  { env, placed = (variable) => variable }: Variables,
  report: Report,
): Map<SettingName, Given> {
  const given = new Map<SettingName, Given>();
  for (const name of settingNames) {
    const setting = settings[name];
    const variable = environmentOf(name, setting);
    const file = setting.envFile ? env[`${variable}_FILE`] : undefined;
    const found = fromVariable(name, env);
    if (found && file) report.problem(`${variable} and ${variable}_FILE are both set; keep one of them`);
    else if (found) given.set(name, { ...found, source: placed(variable) });
    else if (file) addFile(name, placed(`${variable}_FILE`), file, given, report);
  }
  for (const message of misspelt(env)) report.warning(message);
  return given;
}

function addFile(
  name: SettingName,
  source: string,
  file: string,
  given: Map<SettingName, Given>,
  report: Report,
): void {
  try {
    const text = readBytes(file, { waitForPipe })
      .toString()
      .replace(/\r?\n$/, "");
    if (/^[\r\n]*$/.test(text)) report.problem(`${source}: the file is empty`);
    else given.set(name, { text, source, from: "environment", file });
  } catch (error) {
    report.problem(`${source}: ${reasonOf(error)}`);
  }
}

/**
 * Explains `ENOENT` and similar errors. The path is the user's own and not secret, but the setting's name is more
 * helpful.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof NotReadable) return `it ${error.reason}`;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "the file does not exist";
  if (code === "EACCES") return "the file can't be read: permission denied";
  return `the file can't be read${typeof code === "string" ? ` (${code})` : ""}`;
}

/**
 * Only names that are close to one of ours: Kubernetes itself sets COUCHDB_MIGRATE_SERVICE_HOST and similar
 * variables.
 */
function misspelt(env: Environment): string[] {
  const known = settingNames.flatMap((name) => {
    const variable = environmentOf(name, settings[name]);
    return settings[name].envFile ? [variable, `${variable}_FILE`] : [variable];
  });
  return Object.keys(env)
    .filter((name) => /^COUCHDB_MIGRATE_(?!SERVICE_|PORT)/.test(name) && !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(
        name.slice(16),
        known.map((one) => one.replace("COUCHDB_MIGRATE_", "")),
      );
      return meant ? [`unknown environment variable ${name}; did you mean \`COUCHDB_MIGRATE_${meant}\`?`] : [];
    });
}
