/** The flags of a command in yargs's format. yargs only splits the command line; resolve.ts checks the values. */
import type { Options } from "yargs";
import { type CommandName, flagsOf } from "./setting.js";
import { type SettingName, settingNames, settingOf, settings } from "./table.js";

/** `choices`: include the values of enums, only for completion; otherwise yargs would check them. */
export function yargsOptions(command: CommandName, choices = false): Record<string, Options> {
  const names = settingNames.filter((name) => settings[name].commands.includes(command) && !settings[name].positional);
  return Object.fromEntries(
    names.flatMap((name) =>
      flagsOf(name, settings[name]).map((flag, i) => [flag, { ...optionOf(name, command, choices), hidden: i > 0 }]),
    ),
  );
}

/** Flags by type, for a command line that has a flag before the command. */
export function flagsOfType(boolean: boolean): string[] {
  return settingNames
    .filter((name) => !settings[name].positional && (settings[name].type === "boolean") === boolean)
    .flatMap((name) => flagsOf(name, settings[name]));
}

function optionOf(name: SettingName, command: CommandName, withChoices: boolean): Options {
  const { type, group, choices } = settingOf(name, command);
  return {
    type: type === "boolean" ? "boolean" : "string",
    describe: describeSetting(name, command),
    group: `${group}:`,
    ...(withChoices && choices ? { choices } : {}),
  };
}

/** `how long to wait for CouchDB (default: 60s)`. */
export function describeSetting(name: SettingName, command: CommandName): string {
  const setting = settingOf(name, command);
  const choices = setting.choices ? `: ${setting.choices.join(", ")}` : "";
  const fallback = setting.default === "false" ? undefined : (setting.default ?? setting.defaultDescription);
  return `${setting.description}${choices}${fallback === undefined ? "" : ` (default: ${fallback})`}`;
}
