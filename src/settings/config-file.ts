/** couchdb-migrate.yaml: a mapping of settings, and the environments with settings of their own. */
import { readBytes } from "../files/regular-file.js";
import { visible } from "../text/visible.js";
import type { ConfigFile } from "./configuration.js";
import { reasonOf } from "./environment.js";
import { noSections } from "./sections.js";
import type { Report } from "./source.js";

export const configFile = "couchdb-migrate.yaml";

/** `source`: the setting that named the file; without it, the file need not exist. */
export async function readConfigFile(file: string, source: string | undefined, report: Report): Promise<ConfigFile> {
  let text: string;
  try {
    text = readBytes(file).toString();
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (source !== undefined || !absent)
      report.problem(`${source ?? "settings"}: ${visible(file)}: ${reasonOf(error)}`);
    return { given: new Map(), sections: noSections, environments: new Map() };
  }
  return (await import("./config-reader.js")).readConfig(file, text, report);
}
