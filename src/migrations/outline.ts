/** The names in a set's files, as far as they can be read, for generating a new file. Reports nothing. */
import { isMap, isScalar } from "yaml";
import type { Position } from "../contract/problem.js";
import { parseYaml } from "./parse-yaml.js";
import { Problems } from "./problems.js";
import { readSources } from "./sources.js";
import type { YamlFile, YamlNode } from "./yaml-file.js";

export interface Outline {
  /** The position of each id. */
  readonly ids: ReadonlyMap<string, Position>;
  /** The databases that steps create, without patterns and variables. */
  readonly databases: readonly string[];
}

/** Empty if the path does not exist. */
export function outlineOf(path: string): Outline {
  const ids = new Map<string, Position>();
  const databases: string[] = [];
  // Problems in the files are left to `validate`.
  const unheard = new Problems();
  for (const source of readSources(path, unheard)) {
    const { file, steps } = parseYaml(source, unheard);
    for (const step of steps) {
      const id = textAt(file, step, "id");
      if (id !== undefined && !ids.has(id)) ids.set(id, file.position(step as NonNullable<YamlNode>));
      const database = textAt(file, step, "ensureDatabase", "name");
      if (database !== undefined) databases.push(database);
    }
  }
  return { ids, databases };
}

function textAt(file: YamlFile, node: YamlNode, ...[key, ...below]: readonly string[]): string | undefined {
  const found = file.resolve(node);
  if (key === undefined) return isScalar(found) && typeof found.value === "string" ? found.value : undefined;
  const field = isMap(found) ? file.fields(found).get(key) : undefined;
  return field && textAt(file, field.value, ...below);
}
