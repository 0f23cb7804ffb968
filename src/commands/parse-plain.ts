/**
 * Parses the usual command lines without yargs, which takes as long as the rest of a run with nothing to do. Handles
 * only `apply` and `plan` with a path and simple flags. The result is the same as with yargs (a test compares them);
 * anything else is left to yargs.
 */
import { type CommandName, flagsOf, type Setting } from "../settings/setting.js";
import { settingNames, settings } from "../settings/table.js";
import { apply } from "./apply.js";
import type { Parsed } from "./parse.js";

/** No quotes, no white space, and no dash at the start. */
const plain = /^[A-Za-z0-9_./:@%+,][A-Za-z0-9_./:@%+,-]*$/;

export async function parsePlain([name, ...words]: readonly string[]): Promise<Parsed | undefined> {
  if (name !== "apply" && name !== "plan") return undefined;
  const types = typesOf(name);
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
  // A run with nothing to do need not load `plan`.
  const command = name === "apply" ? apply : (await import("./plan.js")).plan;
  return { command, flags, positionals: {} };
}

/** The types of the command's flags. */
function typesOf(command: CommandName): ReadonlyMap<string, Setting["type"]> {
  const own = settingNames.filter((name) => settings[name].commands.includes(command) && !settings[name].positional);
  return new Map(own.flatMap((name) => flagsOf(name, settings[name]).map((flag) => [flag, settings[name].type])));
}
