/**
 * Parses the command line of an initContainer without yargs, which takes as long to load as the rest of a run with
 * nothing to do. Handles only `apply` with a path and simple flags. The result is the same as with yargs (a test
 * compares them); anything else is left to yargs.
 */
import { flagsOf } from "../settings/setting.js";
import { settingNames, settings } from "../settings/table.js";
import { apply } from "./apply.js";
import type { Parsed } from "./parse.js";

/** No quotes, no white space, and no dash at the start. */
const plain = /^[A-Za-z0-9_./:@%+,][A-Za-z0-9_./:@%+,-]*$/;

export function parsePlain([name, ...words]: readonly string[]): Parsed | undefined {
  if (name !== apply.name) return undefined;
  const flags: Record<string, string | boolean> = {};
  const set = (flag: string, value: string | boolean): boolean => {
    if (Object.hasOwn(flags, flag)) return false;
    flags[flag] = value;
    return true;
  };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    const [, flag, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const type = flag === undefined ? undefined : types.get(flag);
    // After a boolean flag, yargs takes `true` and `false` as its value.
    if (flag === undefined) {
      if (!plain.test(word) || word === "true" || word === "false" || !set("path", word)) return undefined;
    } else if (type === undefined) return undefined;
    else if (type === "boolean") {
      if (value !== undefined || !set(flag, true)) return undefined;
    } else {
      const text = value ?? words[++i] ?? "";
      if (!plain.test(text) || !set(flag, text)) return undefined;
    }
  }
  return { command: apply, flags, positionals: {} };
}

const types = new Map(
  settingNames
    .filter((name) => settings[name].commands.includes(apply.name) && !settings[name].positional)
    .flatMap((name) => flagsOf(name, settings[name]).map((flag) => [flag, settings[name].type])),
);
