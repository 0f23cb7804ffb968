/** The flags of a command, as yargs wants them. yargs only splits the command line; values are checked by resolve.ts. */
import type { Options } from "yargs";
import { type CommandName, flagOf } from "./setting.js";
import { type SettingName, settingNames, settings } from "./table.js";

/** `choices`: with the values of enums, for completion; otherwise yargs would check them. */
export function yargsOptions(command: CommandName, choices = false): Record<string, Options> {
  const names = settingNames.filter((name) => settings[name].commands.includes(command) && !settings[name].positional);
  return Object.fromEntries(names.map((name) => [flagOf(name), optionOf(name, choices)]));
}

/** Flags by type, for a command line that has one before the command. */
export function flagsOfType(boolean: boolean): string[] {
  return settingNames
    .filter((name) => !settings[name].positional && (settings[name].type === "boolean") === boolean)
    .map(flagOf);
}

function optionOf(name: SettingName, withChoices: boolean): Options {
  const { type, group, choices } = settings[name];
  return {
    type: type === "boolean" ? "boolean" : "string",
    describe: describeSetting(name),
    group: `${group}:`,
    ...(withChoices && choices ? { choices } : {}),
  };
}

/** `how long CouchDB is waited for (default: 60s)`. */
export function describeSetting(name: SettingName): string {
  const setting = settings[name];
  const choices = setting.choices ? `: ${setting.choices.join(", ")}` : "";
  const fallback = setting.default === "false" ? undefined : (setting.default ?? setting.defaultDescription);
  return `${setting.description}${choices}${fallback === undefined ? "" : ` (default: ${fallback})`}`;
}
