/** Reads settings from the command line. Pure. */
import { didYouMean } from "../text/nearest.js";
import { type CommandName, flagsOf, type Setting } from "./setting.js";
import type { Given, Report } from "./source.js";
import { type SettingName, settingNames, settings } from "./table.js";
import { quote } from "./value.js";

/** Flags and arguments by name, from the command line parser. */
export type Flags = Readonly<Record<string, unknown>>;

export function readFlags(command: CommandName, flags: Flags, report: Report): Map<SettingName, Given> {
  const own = settingNames.filter((name) => settings[name].commands.includes(command));
  const byFlag = new Map(own.flatMap((name) => flagsOf(name, settings[name]).map((flag) => [flag, name])));
  const given = new Map<SettingName, Given>();
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const name = byFlag.get(flag);
    if (name === undefined) report.problem(unknown(flag, command, byFlag));
    else {
      const source = settings[name].positional ? name : `--${flag}`;
      const separator = separators[settings[name].type];
      const values = valuesOf(value, separator !== undefined);
      const wrong = values.map((one) => wrongForm(source, settings[name], one)).find((one) => one !== undefined);
      if (wrong === undefined) given.set(name, { text: values.join(separator), source, from: "flag" });
      else report.problem(wrong);
    }
  }
  return given;
}

/** Between the values of a setting that takes several. */
const separators: Partial<Record<Setting["type"], string>> = { paths: ",", lines: "\n" };

/** A flag that was repeated has a list of values: the last one counts, unless the setting takes several. */
function valuesOf(value: unknown, takesSeveral: boolean): unknown[] {
  if (!Array.isArray(value)) return [value];
  return takesSeveral ? value : value.slice(-1);
}

function wrongForm(source: string, { type }: Setting, value: unknown): string | undefined {
  if (value === "" || (value === true && type !== "boolean")) return `${source} needs a value`;
  if (value === false && type !== "boolean") return `${source.replace("--", "--no-")}: this flag can't be negated`;
  return undefined;
}

function unknown(flag: string, command: CommandName, byFlag: ReadonlyMap<string, SettingName>): string {
  if (flag.length === 1) return `unknown flag ${quote(`-${flag}`)}`;
  const elsewhere = settingNames.find(
    (name) => flagsOf(name, settings[name]).includes(flag) && !settings[name].positional,
  );
  const commands = elsewhere === undefined ? [] : settings[elsewhere].commands;
  if (commands.length > 0) return `${command} has no flag \`--${flag}\`; it is a flag of ${commands.join(", ")}`;
  const flags = [...byFlag].filter(([, name]) => !settings[name].positional).map(([one]) => `--${one}`);
  const meant = didYouMean(`--${flag}`, flags);
  // `-phunter2` is a password: text that does not look like a flag's name is not repeated.
  const name = meant !== "" || /^[a-z]+(?:-[a-z]+)*$/.test(flag) ? `--${flag}` : `${flag.slice(0, 1)}…`;
  return `unknown flag ${quote(name)}${meant}`;
}
