/** Converts `_config.json` to steps: admins separately, the rest as configuration. Pure. */
import { isSecretConfig } from "../../objects/config-values.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { type Imported, type ImportedStep, nothing, variable } from "../imported.js";
import { byName, distinctNames, variableNames, variableWord } from "../names.js";
import type { LeftOut, NeededVariable } from "../result.js";

interface Config {
  readonly file: string;
  readonly value: JsonObject;
}

export function configPart({ file, value }: Config): Imported[] {
  const { admins, ...sections } = value;
  return [...(isObject(admins) ? [adminsPart(file, admins)] : []), sectionsPart(file, sections)];
}

/** The hashes that CouchDB writes; they can't be used to log in. */
const hash = /^-(?:pbkdf2|hashed)[-:]/;

function adminsPart(file: string, admins: JsonObject): Imported {
  const names = Object.keys(admins).sort(byName);
  const ids = distinctNames(names);
  const variables = variableNames(names);
  const needed: NeededVariable[] = [];
  const leftOut: LeftOut[] = [];
  const steps: ImportedStep[] = [];
  for (const name of names) {
    const password = variables.get(name) ?? "";
    if (hash.test(String(admins[name]))) {
      const reason = `${file} contains the hash of a password; a step needs the password itself, from a variable`;
      leftOut.push({ subject: `admin ${name}`, reason });
      continue;
    }
    steps.push({ id: `admin-${ids.get(name)}`, kind: "ensureAdmin", spec: { name, password: variable(password) } });
    needed.push({ name: password, holds: `password of admin ${name}, as in ${file}` });
  }
  if (steps.length === 0) return { ...nothing, leftOut };
  const comment = ["Admins. Their passwords come from the environment."];
  return { ...nothing, files: [{ name: "001-admins.yaml", comment, steps }], leftOut, variables: needed };
}

function sectionsPart(file: string, sections: JsonObject): Imported {
  const needed: NeededVariable[] = [];
  const leftOut: LeftOut[] = [];
  const spec: [string, unknown][] = [];
  for (const [section, values] of Object.entries(sections)) {
    if (!isObject(values)) {
      leftOut.push({
        subject: `${section} in ${file}`,
        reason: "a section of the configuration must have keys and values",
      });
      continue;
    }
    const written = Object.entries(values).map(([key, value]) => {
      if (typeof value !== "string" || !isSecretConfig({ section, key }, value)) return [key, String(value)];
      const name = `${variableWord(section)}_${variableWord(key)}`;
      needed.push({ name, holds: `[${section}] ${key}, as in ${file}` });
      return [key, variable(name)];
    });
    if (written.length > 0) spec.push([section, Object.fromEntries(written)]);
  }
  if (spec.length === 0) return { ...nothing, leftOut };
  const step = { id: "config", kind: "ensureConfig", spec: Object.fromEntries(spec) };
  const files = [{ name: "002-config.yaml", comment: ["Configuration of every node."], steps: [step] }];
  return { ...nothing, files, leftOut, variables: needed };
}
