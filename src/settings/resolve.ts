/**
 * Flags, variables, the environment of couchdb-migrate.yaml, its other keys, defaults, in this order: returns one value
 * per setting, or all problems together.
 */
import { isAbsolute, join } from "node:path";
import { namePattern } from "../contract/options.js";
import { configFile, readConfigFile } from "./config-file.js";
import type { ConfigFile, DeclaredEnvironment } from "./configuration.js";
import { fromVariable, readEnvironment } from "./environment.js";
import { type Flags, readFlags } from "./flags.js";
import { noSections, type Sections, withSections } from "./sections.js";
import type { CommandName, Setting } from "./setting.js";
import type { Environment, Given, Report } from "./source.js";
import { type SettingName, type Settings, settingNames, settingOf, settings } from "./table.js";
import { parseValue, type Value } from "./value.js";

export interface Resolved {
  /** The valid values; if there are problems, defaults replace the invalid ones. */
  readonly settings: Settings;
  /** The source of each value, except defaults. */
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly sections: Sections;
  /** The variables of the process and of env files. */
  readonly env: Environment;
  /** The environments that couchdb-migrate.yaml declares. */
  readonly environments: readonly string[];
  /** The `url` of the chosen environment, if that is declared for development. A flag or a variable may name another one. */
  readonly developmentUrl: string | undefined;
  /** The variables of the chosen environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export async function resolveSettings(command: CommandName, flags: Flags, env: Environment): Promise<Resolved> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const report: Report = {
    problem: (message) => problems.push(message),
    warning: (message) => warnings.push(message),
  };
  const fromFlags = readFlags(command, flags, report);
  /** What has to be known before env files are read. */
  const early = (name: SettingName) => fromFlags.get(name) ?? fromVariable(name, env);
  const config = early("config");
  const file = await readConfigFile(config?.text ?? configFile, config?.source, report);
  const chosen = await environmentIn(file, early("environment") ?? file.given.get("environment"), report);
  const fromFile = new Map([...file.given, ...(chosen?.given ?? [])]);
  const envFile = early("envFile") ?? fromFile.get("envFile");
  const variables = envFile ? (await import("./env-files.js")).withEnvFiles(env, envFile, report) : { env };
  const fromVariables = readEnvironment(variables, report);

  const given = new Map<SettingName, Given>();
  const values: Partial<Record<SettingName, Value>> = {};
  for (const name of settingNames) {
    const found = fromFlags.get(name) ?? fromVariables.get(name) ?? fromFile.get(name);
    if (found) given.set(name, found);
    const usable = found && check(settingOf(name, command), found, report);
    values[name] = usable ? usable.value : defaultOf(name);
  }
  for (const other of file.environments.values()) {
    if (other === chosen) continue;
    for (const [name, found] of other.given) check(settings[name], found, report);
  }
  return {
    settings: values as Settings,
    given,
    sections: withSections(file.sections, chosen?.sections ?? noSections),
    env: variables.env,
    environments: [...file.environments.keys()],
    developmentUrl: chosen?.development ? chosen.given.get("url")?.text : undefined,
    variables: chosen?.variables ?? {},
    problems,
    warnings,
  };
}

/** A name that can't be that of an environment is reported like every other value. */
async function environmentIn(
  { environments }: ConfigFile,
  chosen: Given | undefined,
  report: Report,
): Promise<DeclaredEnvironment | undefined> {
  if (!chosen) return undefined;
  const found = environments.get(chosen.text);
  if (!found && namePattern.test(chosen.text)) {
    const { undeclared } = await import("./undeclared.js");
    report.problem(`${chosen.source}: ${undeclared(chosen.text, [...environments.keys()])}`);
  }
  return found;
}

function check(setting: Setting, { text, source, folder, file }: Given, report: Report): { value: Value } | undefined {
  const parsed = parseValue(setting, text);
  if ("wrong" in parsed) {
    const secret = `the ${file === undefined ? "value" : "file's content"} is not ${setting.hint ?? "valid"}`;
    report.problem(`${source}: ${setting.secret ? secret : parsed.wrong}`);
    return undefined;
  }
  const { value } = parsed;
  const placed = (path: string) => (folder === undefined || isAbsolute(path) ? path : join(folder, path));
  if (setting.type === "path" && typeof value === "string") return { value: placed(value) };
  return { value: Array.isArray(value) ? value.map(placed) : value };
}

function defaultOf(name: SettingName): Value {
  const text = settings[name].default;
  if (text === undefined) return undefined;
  const parsed = parseValue(settings[name], text);
  return "value" in parsed ? parsed.value : undefined;
}
