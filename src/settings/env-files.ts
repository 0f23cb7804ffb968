/** Reads environment variables from files (`--env-file`). */
import { isAbsolute, join } from "node:path";
import { parseEnv } from "node:util";
import { readBytes } from "../files/regular-file.js";
import { visible } from "../text/visible.js";
import { reasonOf, type Variables, waitForPipe } from "./environment.js";
import { environmentOf } from "./setting.js";
import type { Environment, Given, Report } from "./source.js";
import { type SettingName, settings } from "./table.js";
import { parseValue } from "./value.js";

/** They decide which files are read, so they must be known before. */
const known = ["config", "environment", "envFile"] as const satisfies SettingName[];

/**
 * The variables of the process, and those of the files that the process does not have. The value of a later file
 * replaces that of an earlier one.
 */
export function withEnvFiles(env: Environment, files: Given, report: Report): Variables {
  const found = new Map<string, { readonly value: string; readonly file: string }>();
  for (const path of pathsIn(files)) {
    for (const [name, value = ""] of Object.entries(read(path, files.source, report))) {
      if (!Object.hasOwn(env, name)) found.set(name, { value, file: visible(path) });
    }
  }
  for (const name of known) {
    const variable = environmentOf(name, settings[name]);
    const file = found.get(variable)?.file;
    if (file === undefined) continue;
    report.problem(
      `${file}: ${variable} can't be set in an env file, because it decides which files are read; set it in the environment of the process`,
    );
  }
  const added = Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
  return {
    env: { ...added, ...env },
    placed: (variable) => {
      const file = found.get(variable)?.file;
      return file === undefined ? variable : `${file}: ${variable}`;
    },
  };
}

/** None, if the text is not a list of paths, which is reported with the other settings. */
function pathsIn({ text, folder }: Given): string[] {
  const parsed = parseValue(settings.envFile, text);
  const paths = "value" in parsed && Array.isArray(parsed.value) ? parsed.value : [];
  return paths.map((path: string) => (folder === undefined || isAbsolute(path) ? path : join(folder, path)));
}

function read(path: string, source: string, report: Report): NodeJS.Dict<string> {
  try {
    return parseEnv(
      readBytes(path, { waitForPipe })
        .toString()
        .replace(/^\uFEFF/, ""),
    );
  } catch (error) {
    report.problem(`${source}: ${visible(path)}: ${reasonOf(error)}`);
    return {};
  }
}
