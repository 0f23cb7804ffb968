/**
 * Writes design documents as files that `ensureDesignDocs` reads: a folder with one function per file if reading it
 * gives back the same document, except for white space at the end of functions; otherwise a JSON file. The reader
 * itself is used for this check.
 */
import { isDeepStrictEqual } from "node:util";
import { parseModule } from "../design-doc-rules/function-text.js";
import { designDocFaults } from "../objects/design-docs/check.js";
import { type DesignDoc, idOf, isJavaScript } from "../objects/design-docs/design-doc.js";
import { describe } from "../objects/design-docs/fault.js";
import { codeOf, functionSections } from "../objects/design-docs/members.js";
import { type Modules, modulesOf } from "../objects/design-docs/modules.js";
import { settled } from "../objects/design-docs/settled.js";
import { readSources } from "../objects/design-docs/sources.js";
import { isObject } from "../text/json.js";
import { toPointer } from "../text/pointer.js";
import { hasInexact, inexactReason } from "./inexact.js";
import { memoryFiles } from "./memory-files.js";
import { distinctNames, isDevice } from "./names.js";

type Tree = ReadonlyMap<string, string>;

/** Why no file can have it, or `validate` would refuse it; undefined if neither is so. */
export function refusalOf(name: string, doc: DesignDoc): string | undefined {
  if (hasInexact(doc)) return inexactReason;
  const [fault] = designDocFaults(name, doc);
  return fault && describe(name, doc, fault);
}

export interface DesignDocFiles {
  readonly from: string | readonly string[];
  readonly files: Tree;
}

/** `folder`: the target folder. The documents are by name; `refusalOf` has accepted them. */
export async function designDocFiles(
  folder: string,
  docs: Readonly<Record<string, DesignDoc>>,
): Promise<DesignDocFiles> {
  const names = distinctNames(Object.keys(docs));
  const placed = Object.entries(docs).map(([name, doc]) => ({ name, doc, path: `${folder}/${names.get(name)}` }));
  const files = new Map<string, string>();
  for (const { name, doc, path } of placed) {
    const tree = treeOf(path, name, doc);
    const readable = tree && (await reads(tree, path, { [name]: doc }));
    for (const [file, text] of readable ? tree : jsonFile(path, name, doc)) files.set(file, text);
  }
  if (await reads(files, folder, docs)) return { from: folder, files };
  const json = placed.flatMap(({ name, doc, path }) => jsonFile(path, name, doc));
  return { from: json.map(([file]) => file), files: new Map(json) };
}

async function reads(files: Tree, from: string, docs: Readonly<Record<string, DesignDoc>>): Promise<boolean> {
  const memory = memoryFiles(files);
  const found = await readSources(memory, from);
  if (found.length !== Object.keys(docs).length) return false;
  const same = found.every(({ name, doc }) => {
    const { _id, ...content } = doc;
    return (
      Object.hasOwn(docs, name) &&
      isDeepStrictEqual(settled(content, docs[name]), docs[name]) &&
      designDocFaults(name, content).length === 0
    );
  });
  return same && memory.problems.length === 0;
}

function jsonFile(path: string, name: string, doc: DesignDoc): [string, string][] {
  return [[`${path}.json`, jsonText({ _id: idOf(name), ...doc })]];
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Undefined if a name can't be used as a file name on every system. */
function treeOf(path: string, name: string, doc: DesignDoc): Tree | undefined {
  const files = new Map<string, string>();
  const code = new Set(codeOf(doc).map(({ keys }) => toPointer(keys)));
  const modules = modulesOf(doc);
  const isScript = (keys: readonly string[], text: string) =>
    isJavaScript(doc) && (scriptTest(keys, text) || modules.isIn(keys));
  // If the folder's name is not the document's, or the files next to it could be taken for fields, a file `_id` makes
  // it unambiguous.
  if (!path.endsWith(`/${name}`) || !isMarked(doc)) files.set(`${path}/_id`, `${idOf(name)}\n`);
  const add = (at: string, keys: readonly string[], value: unknown): void => {
    const key = keys.at(-1) ?? "";
    const text = typeof value === "string" && code.has(toPointer(keys)) ? value.trimEnd() : value;
    if (typeof text === "string" && (text === text.trim() || code.has(toPointer(keys)))) {
      const extension = isScript(keys, text) ? ".js" : /[.~#]/.test(key) ? ".txt" : "";
      files.set(`${at}${extension}`, text === "" ? "" : `${text}\n`);
    } else if (isFolder(keys, value, modules)) {
      for (const [member, below] of Object.entries(value)) add(`${at}/${member}`, [...keys, member], below);
    } else files.set(`${at}.json`, jsonText(value));
  };
  for (const [key, value] of Object.entries(doc)) add(`${path}/${key}`, [key], value);
  return areNames([...files.keys()].map((file) => file.slice(path.length + 1))) ? files : undefined;
}

/** The reader recognises a design document's folder by one of these. */
function isMarked(doc: DesignDoc): boolean {
  return ["language", "validate_doc_update", "views"].some((key) => key in doc);
}

function isFolder(
  keys: readonly string[],
  value: unknown,
  modules: Modules,
): value is Readonly<Record<string, unknown>> {
  const [section = "", , last] = keys;
  if (!isObject(value) || Object.keys(value).length === 0) return false;
  if (section === "lib" || section === "vendor" || (section === "views" && keys[1] === "lib")) return true;
  if (functionSections.includes(section)) {
    if (keys.length > 1) return modules.isIn(keys.slice(0, 2));
    return Object.entries(value).every(([name, member]) => typeof member === "string" || modules.isIn([section, name]));
  }
  if (["views", "indexes", "nouveau"].includes(section)) return keys.length <= 2 && last === undefined;
  return modules.isIn([section]);
}

/** Whether the text is written to a `.js` file. */
function scriptTest(keys: readonly string[], text: string): boolean {
  const [section = "", name, member] = keys;
  if (functionSections.includes(section)) return keys.length === 2 || "program" in parseModule(text);
  if (section === "validate_doc_update" || section === "rewrites") return true;
  if (section === "views" && name !== "lib") return member === "map" || (member === "reduce" && !/^_?\w+$/.test(text));
  if (section === "indexes" || section === "nouveau") return member === "index";
  if (["views", "lib", "vendor"].includes(section)) return "program" in parseModule(text);
  return false;
}

function areNames(paths: readonly string[]): boolean {
  const parts = paths.map((path) => path.split("/"));
  const all = new Set(parts.flatMap((names) => names.map((_, i) => names.slice(0, i + 1).join("/"))));
  const different = new Set([...all].map((path) => path.toLowerCase()));
  return different.size === all.size && parts.every((names) => names.every(isName));
}

/** Whether the name works on every file system and is read back unchanged. */
function isName(name: string): boolean {
  return (
    /^[\p{L}\p{N}_][\p{L}\p{N}_ .@$+,=()-]*$/u.test(name) &&
    !/[ .]$/.test(name) &&
    !isDevice(name) &&
    name.normalize("NFC") === name &&
    Buffer.byteLength(name) <= 120
  );
}
