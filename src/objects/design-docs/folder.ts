/** A folder that is one design document, with one field per file: `views/by-owner/map.js`. */
import { basename } from "node:path/posix";
import type { Position } from "../../contract/problem.js";
import { SourceText } from "../../files/source-text.js";
import type { Origin, StepFiles } from "../../steps/step-files.js";
import { isObject } from "../../text/json.js";
import { toPointer, valueAt } from "../../text/pointer.js";
import { exactJsonOf } from "../exact-json.js";
import { offsetInJson } from "../json-text.js";
import { type Fault, type FoundDesignDoc, nameInId } from "./design-doc.js";
import { describe, subject } from "./fault.js";
import { isSeedFolder, languageOf, mayBeModule, memberFile, whyNot } from "./folder-rules.js";
import { functionsOf } from "./members.js";
import { modulesOf } from "./modules.js";

/** Links may lead back into the folder. */
const deepest = 16;

/** The file of a field. */
interface Leaf {
  readonly source: SourceText;
  /** How much white space was trimmed at the start; undefined: the file is JSON, with several fields. */
  readonly trimmed?: number;
}

/** `name`: the name, unless the folder has a file `_id`. */
export async function readFolder(
  files: StepFiles,
  path: string,
  pointer: string,
  name: string,
): Promise<FoundDesignDoc[]> {
  const reader = new Reader(files, pointer);
  const members = await reader.read(path);
  const { _id, ...doc } = members;
  const found = _id === undefined ? name : nameInId(_id);
  if (found === undefined) {
    files.problem({ file: `${path}/_id`, line: 1, column: 1 }, "not-a-design-doc", "the id must begin with `_design/`");
    return [];
  }
  if (Object.keys(members).length === 0) {
    files.problem({ file: path, line: 1, column: 1 }, "no-design-docs", "this folder contains no design document");
  }
  reader.reportCode(doc);
  const at: Origin = (keys, offset) => reader.at(path, doc, keys, offset);
  return [{ name: found, doc, at, report: (fault) => reader.report(path, found, doc, fault) }];
}

class Reader {
  readonly #leaves = new Map<string, Leaf>();
  /** Pointers of functions in another language than the design document's. */
  readonly #foreign = new Set<string>();
  readonly #files: StepFiles;
  readonly #pointer: string;
  /** Allowed only if the code requires them. */
  readonly #doubtful: { readonly keys: readonly string[]; readonly path: string; readonly reason: string }[] = [];
  #tooDeep = false;

  constructor(files: StepFiles, pointer: string) {
    this.#files = files;
    this.#pointer = pointer;
  }

  /** The document. Reports and leaves out entries that could only be modules, but that the code does not require. */
  async read(folder: string): Promise<Record<string, unknown>> {
    const members = await this.#members(folder, []);
    if (this.#doubtful.length === 0) return members;
    const modules = modulesOf(members);
    for (const { keys, path, reason } of this.#doubtful) {
      if (modules.isIn(keys)) continue;
      this.#at(path, "unknown-file", reason);
      const above = valueAt(members, toPointer(keys.slice(0, -1)));
      if (isObject(above)) Reflect.deleteProperty(above, keys.at(-1) ?? "");
    }
    return members;
  }

  async #members(folder: string, above: readonly string[]): Promise<Record<string, unknown>> {
    if (above.length > deepest && !this.#tooDeep) {
      this.#tooDeep = true;
      this.#at(
        folder,
        "link-loop",
        `this folder is more than ${deepest} levels deep; check for a link to a parent folder`,
      );
    }
    if (this.#tooDeep) return {};
    const members = new Map<string, { readonly value: unknown }>();
    for (const entry of await this.#files.list(folder, this.#pointer)) {
      if (isSeedFolder(above, entry)) continue;
      const path = `${folder}/${entry.name}`;
      const reason = whyNot(above, entry);
      if (reason !== undefined && !mayBeModule(entry)) {
        this.#at(path, entry.name === "_attachments" ? "attachments" : "unknown-file", reason);
        continue;
      }
      const key = entry.folder ? entry.name : (memberFile(entry.name)?.key ?? entry.name);
      if (members.has(key)) this.#at(path, "duplicate-member", `two files define \`${[...above, key].join("/")}\``);
      const keys = [...above, key];
      if (reason !== undefined) this.#doubtful.push({ keys, path, reason });
      const value = entry.folder ? await this.#members(path, keys) : await this.#read(path, entry.name, keys);
      if (value !== undefined) members.set(key, { value });
    }
    return Object.fromEntries([...members].map(([key, { value }]) => [key, value]));
  }

  /** The field's file, or the nearest file that contains the field; undefined: none does. */
  #leafOf(keys: readonly string[]): { readonly leaf: Leaf; readonly depth: number } | undefined {
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const leaf = this.#leaves.get(toPointer(keys.slice(0, depth)));
      if (leaf) return { leaf, depth };
    }
    return undefined;
  }

  /** The first file of a field that is a folder. */
  #fileBelow(keys: readonly string[]): string | undefined {
    const start = `${toPointer(keys)}/`;
    return [...this.#leaves].find(([pointer]) => keys.length > 0 && pointer.startsWith(start))?.[1].source.file;
  }

  at(folder: string, doc: FoundDesignDoc["doc"], keys: readonly string[], offset?: number): Position {
    const found = this.#leafOf(keys);
    if (!found) return { file: this.#fileBelow(keys) ?? folder, line: 1, column: 1 };
    const { source, trimmed } = found.leaf;
    if (trimmed !== undefined) return source.position(trimmed + (offset ?? 0));
    const value = valueAt(doc, toPointer(keys.slice(0, found.depth)));
    return source.position(offsetInJson(source.text, value, keys.slice(found.depth), offset));
  }

  report(folder: string, name: string, doc: FoundDesignDoc["doc"], fault: Fault): void {
    if (this.#foreign.has(toPointer(fault.keys))) return;
    const isText = this.#leafOf(fault.keys)?.leaf.trimmed !== undefined;
    const message = isText ? `${subject(name, fault)}: ${fault.message}` : describe(name, doc, fault);
    this.#files.problem(this.at(folder, doc, fault.keys, fault.offset), fault.code, message);
  }

  /** Reports faults of function files, as opposed to faults in their texts. */
  reportCode(doc: FoundDesignDoc["doc"]): void {
    const { language = "javascript" } = doc;
    for (const { keys } of functionsOf(doc)) {
      const source = this.#leaves.get(toPointer(keys))?.source;
      if (!source) continue;
      const ofFile = languageOf(memberFile(basename(source.file))?.extension ?? "");
      if (ofFile !== undefined && ofFile !== language) {
        const message = `this function is in ${ofFile}, but the language of the design document is ${language}: add a file \`language\` with \`${ofFile}\``;
        this.#files.problem(source.position(0), "function-language", message);
        this.#foreign.add(toPointer(keys));
      }
      const macro = /^[ \t]*\/\/[ \t]*!(?:code|json)[ \t]/m.exec(source.text);
      if (!macro) continue;
      const message =
        "couchapp's `!code` and `!json` are not supported: write the code out, or `require` a module of `lib`";
      this.#files.problem(source.position(macro.index), "couchapp-macro", message);
    }
  }

  async #read(path: string, name: string, keys: readonly string[]): Promise<unknown> {
    const text = await this.#files.text(path, this.#pointer);
    if (text === undefined) return undefined;
    const as = memberFile(name)?.as;
    const source = new SourceText(path, text);
    if (as !== "json") {
      this.#leaves.set(toPointer(keys), { source, trimmed: text.length - text.trimStart().length });
      return text.trim();
    }
    this.#leaves.set(toPointer(keys), { source });
    return exactJsonOf(this.#files, source)?.value;
  }

  #at(file: string, code: string, message: string): void {
    this.#files.problem({ file, line: 1, column: 1 }, code, message);
  }
}
