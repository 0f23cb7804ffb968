/** Reads the YAML of couchdb-migrate.yaml. Only loaded if there is such a file. */
import { dirname } from "node:path";
import * as yaml from "yaml";
import { didYouMean } from "../text/nearest.js";
import { visible } from "../text/visible.js";
import type { ConfigFile, DeclaredEnvironment } from "./configuration.js";
import { readDevelopment, readVariables, textOf, wrongName } from "./declared-environment.js";
import { isSection, readSection, type SectionName, sectionNames } from "./read-section.js";
import { noSections, type Sections } from "./sections.js";
import { environmentOf, keyOf } from "./setting.js";
import type { Given, Report } from "./source.js";
import { type SettingName, settingNames, settings } from "./table.js";
import { quote } from "./value.js";

const environmentsKey = "environments";

/** @param file its name, for messages and relative paths */
export function readConfig(file: string, text: string, report: Report): ConfigFile {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return new ConfigReader(file, document, lines, report).read();
}

class ConfigReader {
  readonly #byKey = new Map<string, SettingName>();
  readonly #given = new Map<SettingName, Given>();
  #sections = noSections;
  readonly #environments = new Map<string, DeclaredEnvironment>();

  constructor(
    readonly file: string,
    readonly document: yaml.Document.Parsed,
    readonly lines: yaml.LineCounter,
    readonly report: Report,
  ) {
    for (const name of settingNames) {
      const key = keyOf(name, settings[name]);
      if (key !== undefined) this.#byKey.set(key, name);
    }
  }

  read(): ConfigFile {
    const { contents, errors } = this.document;
    for (const error of errors) this.report.problem(`${this.#at(error.pos[0])}${visible(error.message)}`);
    if (errors.length === 0 && yaml.isMap(contents)) for (const pair of contents.items) this.#pair(pair);
    else if (errors.length === 0 && contents !== null && !(yaml.isScalar(contents) && contents.value === null)) {
      this.report.problem(`${this.#at(contents.range[0])}the file must be a mapping of settings (\`key: value\`)`);
    }
    return { given: this.#given, sections: this.#sections, environments: this.#environments };
  }

  #pair(pair: yaml.Pair): void {
    const name = this.#nameOf(pair);
    if (name === environmentsKey) this.#readEnvironments(pair);
    else if (isSection(name)) this.#sections = this.#section(name, pair, this.#sections);
    else this.#setting(pair, this.#given, [environmentsKey, ...sectionNames]);
  }

  #section(name: SectionName, { key, value }: yaml.Pair, sections: Sections): Sections {
    const wrong = (reason: string) => this.report.problem(`${this.#atKey(key)}${reason}`);
    return readSection(sections, name, yaml.isNode(value) ? value.toJSON() : undefined, wrong);
  }

  #readEnvironments({ key, value }: yaml.Pair): void {
    if (!yaml.isMap(value)) {
      const what = "environments must be a mapping: the name of each environment, with its settings below";
      this.report.problem(`${this.#atKey(key)}${what}`);
      return;
    }
    for (const pair of value.items) {
      const name = this.#nameOf(pair);
      const wrong = wrongName(name);
      if (wrong !== undefined) this.report.problem(`${this.#atKey(pair.key)}${wrong}`);
      else this.#environments.set(name, this.#environment(name, pair));
    }
  }

  /** An environment may be empty: then it is only declared. */
  #environment(name: string, { key, value }: yaml.Pair): DeclaredEnvironment {
    const given = new Map<SettingName, Given>();
    let variables: Readonly<Record<string, string>> = {};
    let sections = noSections;
    let development = false;
    if (!yaml.isMap(value)) {
      const isEmpty = value === null || (yaml.isScalar(value) && value.value === null);
      if (!isEmpty) this.report.problem(`${this.#atKey(key)}${name} must be a mapping of settings (\`key: value\`)`);
      return { given, sections, development, variables };
    }
    for (const pair of value.items) {
      const setting = this.#nameOf(pair);
      const at = this.#atKey(pair.key);
      const wrong = (message: string) => this.report.problem(`${at}${message}`);
      if (setting === "variables") variables = readVariables(pair.value, wrong);
      else if (setting === "development") development = readDevelopment(pair.value, wrong);
      else if (isSection(setting)) sections = this.#section(setting, pair, sections);
      else if (setting === "environment") wrong("environment is not allowed in an environment");
      else this.#setting(pair, given, ["variables", "development", ...sectionNames]);
    }
    return { given, sections, development, variables };
  }

  #setting({ key, value }: yaml.Pair, given: Map<SettingName, Given>, others: readonly string[]): void {
    const name = this.#nameOf({ key });
    const at = this.#atKey(key);
    const setting = this.#byKey.get(name);
    if (setting === undefined) this.report.problem(`${at}${this.#unknown(name, others)}`);
    else {
      const text = this.#text(value, settings[setting].type === "paths");
      if (text === undefined) this.report.problem(`${at}${name} must have one plain value`);
      else given.set(setting, { text, source: `${at}${name}`, from: "file", folder: dirname(this.file) });
    }
  }

  /** As a variable would have it. Undefined: it is not one plain value, or, for `several`, a list of them. */
  #text(value: unknown, several: boolean): string | undefined {
    if (several && yaml.isSeq(value)) {
      const texts = value.items.map((item) => this.#text(item, false));
      return texts.length === 0 || texts.includes(undefined) ? undefined : texts.join(",");
    }
    return yaml.isScalar(value) && value.value !== null && value.value !== "" ? textOf(value) : undefined;
  }

  #unknown(key: string, others: readonly string[]): string {
    const secret = settingNames.find((name) => settings[name].secret && settings[name].key === false && name === key);
    if (secret) return `${key} is not allowed in this file; set ${environmentOf(secret, settings[secret])} instead`;
    return `unknown setting ${quote(key)}${didYouMean(key, [...this.#byKey.keys(), ...others])}`;
  }

  #nameOf({ key }: Pick<yaml.Pair, "key">): string {
    return yaml.isScalar(key) ? String(key.value) : "";
  }

  #atKey(key: unknown): string {
    return this.#at(yaml.isScalar(key) ? (key.range?.[0] ?? 0) : 0);
  }

  #at(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${visible(this.file)}:${line}:${col}: `;
  }
}
