/** Indexes in JSON files, one per file, as Hyperledger Fabric keeps them: `{"index": …, "name": …, "ddoc": …}`. */
import { basename } from "node:path/posix";
import { type FromField, pathsIn } from "../../steps/from-field.js";
import type { StepFiles } from "../../steps/step-files.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { offsetIn } from "../../text/json-scan.js";
import { didYouMean } from "../../text/nearest.js";
import { toPointer } from "../../text/pointer.js";
import { readExactJson } from "../exact-json.js";
import { type IndexSpec, indexTypes } from "./definition.js";

export interface FoundIndex {
  readonly name: string;
  readonly spec: IndexSpec;
  /** `keys`: of the field in the index that the problem is about. */
  report(keys: readonly (string | number)[], code: string, message: string): void;
}

export async function readIndexFiles(files: StepFiles, from: FromField): Promise<FoundIndex[]> {
  const found: FoundIndex[] = [];
  for (const { path, pointer } of pathsIn(from)) {
    for (const file of await jsonFiles(files, path, pointer))
      found.push(...(await readIndexFile(files, file, pointer)));
  }
  return found;
}

async function jsonFiles(files: StepFiles, path: string, pointer: string): Promise<readonly string[]> {
  const kind = await files.kindOf(path, pointer);
  if (kind !== "folder") return kind === "file" ? [path] : [];
  const folder = path.replace(/\/+$/, "");
  const entries = await files.list(folder, pointer);
  const inside = entries.filter(({ name, folder: isFolder }) => !isFolder && name.endsWith(".json"));
  if (inside.length === 0) files.problem({ pointer }, "no-indexes", "this folder contains no `.json` file", path);
  return inside.map(({ name }) => `${folder}/${name}`);
}

async function readIndexFile(files: StepFiles, path: string, pointer: string): Promise<FoundIndex[]> {
  const read = await readExactJson(files, path, pointer);
  if (!read) return [];
  const { value, source } = read;
  const at = (keys: readonly string[]) => source.position(offsetIn(source.text, keys));
  const report: FoundIndex["report"] = (keys, code, message) => files.problem(at(keys.map(String)), code, message);
  if (!isObject(value)) {
    report([], "index-definition", "an index must be a JSON object");
    return [];
  }
  const wrong = faults(value);
  for (const [key, message] of wrong) report(key === undefined ? [] : [key], "index-definition", message);
  if (wrong.length > 0) return [];
  const { name = basename(path, ".json"), ...spec } = value;
  files.origin?.(toPointer(["indexes", String(name)]), at);
  return [{ name: String(name), spec: spec as unknown as IndexSpec, report }];
}

const isName = (value: unknown) => typeof value === "string" && value !== "";
const types = indexTypes.map((type) => `\`${type}\``).join(", ");

const fields: Readonly<Record<string, readonly [isValid: (value: unknown) => boolean, must: string]>> = {
  index: [isObject, "must be an object"],
  name: [isName, "must be text that is not empty"],
  ddoc: [isName, "must be text that is not empty"],
  type: [(value) => indexTypes.some((type) => type === value), `must be one of ${types}`],
  partitioned: [(value) => typeof value === "boolean", "must be `true` or `false`"],
};

/** What is wrong with which field; `undefined`: with the whole. */
function faults(value: JsonObject): [key: string | undefined, message: string][] {
  const known = Object.keys(fields);
  const missing: [undefined, string][] = "index" in value ? [] : [[undefined, "an index needs `index`"]];
  const wrong = Object.entries(value).flatMap(([key, one]): [string, string][] => {
    const field = fields[key];
    if (!field) return [[key, `an index has no field \`${key}\`${didYouMean(key, known)}`]];
    const [isValid, must] = field;
    return isValid(one) ? [] : [[key, `\`${key}\` ${must}`]];
  });
  return [...missing, ...wrong];
}
