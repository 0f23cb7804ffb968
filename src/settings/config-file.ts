/** couchdb-migrate.yaml: a mapping of settings, and of sections, which are mappings themselves. */
import { dirname } from "node:path";
import type { Document, LineCounter, Pair } from "yaml";
import { readBytes } from "../files/regular-file.js";
import { didYouMean } from "../text/nearest.js";
import { visible } from "../text/visible.js";
import { reasonOf } from "./environment.js";
import { isSection, noSections, readSection, type Sections, sectionNames } from "./sections.js";
import { environmentOf, keyOf } from "./setting.js";
import type { Given, Report } from "./source.js";
import { type SettingName, settingNames, settings } from "./table.js";
import { quote } from "./value.js";

export const configFile = "couchdb-migrate.yaml";

export interface ConfigFile {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly sections: Sections;
}

/** `source`: the setting that named the file; without it, the file need not exist. */
export async function readConfigFile(file: string, source: string | undefined, report: Report): Promise<ConfigFile> {
  let text: string;
  try {
    text = readBytes(file).toString();
  } catch (error) {
    const absent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (source !== undefined || !absent)
      report.problem(`${source ?? "settings"}: ${visible(file)}: ${reasonOf(error)}`);
    return { given: new Map(), sections: noSections };
  }
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return new ConfigReader(file, document, lines, yaml, report).read();
}

class ConfigReader {
  readonly #byKey = new Map<string, SettingName>();
  readonly #given = new Map<SettingName, Given>();
  #sections = noSections;

  constructor(
    readonly file: string,
    readonly document: Document.Parsed,
    readonly lines: LineCounter,
    readonly yaml: typeof import("yaml"),
    readonly report: Report,
  ) {
    for (const name of settingNames) {
      const key = keyOf(name, settings[name]);
      if (key !== undefined) this.#byKey.set(key, name);
    }
  }

  read(): ConfigFile {
    this.#read();
    return { given: this.#given, sections: this.#sections };
  }

  #read(): void {
    const { contents, errors } = this.document;
    for (const error of errors) this.report.problem(`${this.#at(error.pos[0])}${visible(error.message)}`);
    if (errors.length > 0 || contents === null) return;
    if (this.yaml.isMap(contents)) for (const pair of contents.items) this.#pair(pair);
    else if (!this.yaml.isScalar(contents) || contents.value !== null) {
      this.report.problem(`${this.#at(contents.range[0])}the file must be a mapping of settings (\`key: value\`)`);
    }
  }

  #pair({ key, value }: Pair): void {
    const name = this.yaml.isScalar(key) ? String(key.value) : "";
    const at = this.#at(this.yaml.isScalar(key) ? (key.range?.[0] ?? 0) : 0);
    const setting = this.#byKey.get(name);
    if (isSection(name)) {
      const wrong = (reason: string) => this.report.problem(`${at}${reason}`);
      this.#sections = readSection(this.#sections, name, this.yaml.isNode(value) ? value.toJSON() : undefined, wrong);
    } else if (setting === undefined) this.report.problem(`${at}${this.#unknown(name)}`);
    else if (!this.yaml.isScalar(value) || value.value === null || value.value === "") {
      this.report.problem(`${at}${name} must have one plain value`);
    } else {
      const text = typeof value.value === "string" ? value.value : (value.source ?? String(value.value));
      this.#given.set(setting, { text, source: `${at}${name}`, from: "file", folder: dirname(this.file) });
    }
  }

  #unknown(key: string): string {
    const secret = settingNames.find((name) => settings[name].secret && settings[name].key === false && name === key);
    if (secret) return `${key} is not allowed in this file; set ${environmentOf(secret, settings[secret])} instead`;
    return `unknown setting ${quote(key)}${didYouMean(key, [...this.#byKey.keys(), ...sectionNames])}`;
  }

  #at(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${visible(this.file)}:${line}:${col}: `;
  }
}
