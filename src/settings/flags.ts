/** What the command line holds, against the table. Pure. */
import { didYouMean } from "../text/nearest.js";
import { type CommandName, flagOf } from "./setting.js";
import type { Given, Report } from "./source.js";
import { type SettingName, settingNames, settings } from "./table.js";
import { quote } from "./value.js";

/** Flags and arguments by name, as the parser of the command line gives them. */
export type Flags = Readonly<Record<string, unknown>>;

export function readFlags(command: CommandName, flags: Flags, report: Report): Map<SettingName, Given> {
  const own = settingNames.filter((name) => settings[name].commands.includes(command));
  const byFlag = new Map(own.map((name) => [flagOf(name), name]));
  const given = new Map<SettingName, Given>();
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const name = byFlag.get(flag);
    if (name === undefined) report.problem(unknown(flag, command, byFlag));
    else {
      const wrong = wrongForm(name, value);
      if (wrong === undefined) given.set(name, { text: String(value), source: sourceOf(name), from: "flag" });
      else report.problem(wrong);
    }
  }
  return given;
}

function wrongForm(name: SettingName, value: unknown): string | undefined {
  if (value === "" || (value === true && settings[name].type !== "boolean")) return `${sourceOf(name)} lacks a value`;
  if (value === false && settings[name].type !== "boolean") return `--no-${flagOf(name)}: this flag can't be negated`;
  return undefined;
}

function sourceOf(name: SettingName): string {
  return settings[name].positional ? name : `--${flagOf(name)}`;
}

function unknown(flag: string, command: CommandName, byFlag: ReadonlyMap<string, SettingName>): string {
  if (flag.length === 1) return `unknown flag ${quote(`-${flag}`)}`;
  const elsewhere = settingNames.find((name) => flagOf(name) === flag && !settings[name].positional);
  const commands = elsewhere === undefined ? [] : settings[elsewhere].commands;
  if (commands.length > 0) return `${command} has no flag \`--${flag}\`; it is a flag of ${commands.join(", ")}`;
  const flags = [...byFlag].filter(([, name]) => !settings[name].positional).map(([one]) => `--${one}`);
  const meant = didYouMean(`--${flag}`, flags);
  // `-phunter2` is a password: what does not look like the name of a flag is not repeated.
  const name = meant !== "" || /^[a-z]+(?:-[a-z]+)*$/.test(flag) ? `--${flag}` : `${flag.slice(0, 1)}…`;
  return `unknown flag ${quote(name)}${meant}`;
}
