/**
 * Flags, environment, couchdb-migrate.yaml, defaults, in this order: returns one value per setting, or all problems
 * together.
 */
import { isAbsolute, join } from "node:path";
import { configFile, readConfigFile } from "./config-file.js";
import { readEnvironment } from "./environment.js";
import { type Flags, readFlags } from "./flags.js";
import type { Sections } from "./sections.js";
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
  const fromEnvironment = readEnvironment(env, report);
  const named = fromFlags.get("config") ?? fromEnvironment.get("config");
  const { given: fromFile, sections } = await readConfigFile(named?.text ?? configFile, named?.source, report);

  const given = new Map<SettingName, Given>();
  const values: Partial<Record<SettingName, Value>> = {};
  for (const name of settingNames) {
    const found = fromFlags.get(name) ?? fromEnvironment.get(name) ?? fromFile.get(name);
    if (found) given.set(name, found);
    const usable = found && check(settingOf(name, command), found, report);
    values[name] = usable ? usable.value : defaultOf(name);
  }
  return { settings: values as Settings, given, sections, problems, warnings };
}

function check(setting: Setting, { text, source, folder }: Given, report: Report): { value: Value } | undefined {
  const parsed = parseValue(setting, text);
  if ("wrong" in parsed) {
    report.problem(`${source}: ${setting.secret ? "the value can't be used" : parsed.wrong}`);
    return undefined;
  }
  const { value } = parsed;
  const relative = setting.type === "path" && typeof value === "string" && folder !== undefined && !isAbsolute(value);
  return { value: relative ? join(folder, value) : value };
}

function defaultOf(name: SettingName): Value {
  const text = settings[name].default;
  if (text === undefined) return undefined;
  const parsed = parseValue(settings[name], text);
  return "value" in parsed ? parsed.value : undefined;
}
