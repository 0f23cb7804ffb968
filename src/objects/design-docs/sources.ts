/** Reads the design documents of a step: from files, from folders, and inline. */
import { basename } from "node:path/posix";
import { type FromField, pathsIn } from "../../steps/from-field.js";
import type { Origin, StepFiles } from "../../steps/step-files.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { toPointer } from "../../text/pointer.js";
import { type FoundDesignDoc, idOf, nameInId } from "./design-doc.js";
import { describe } from "./fault.js";
import { readFolder } from "./folder.js";
import { ignoring, ignoringAsCouchapp } from "./ignoring.js";
import { readJsonFile } from "./json-file.js";

/** `ignore`: patterns of files in the folders, relative to each folder, with the syntax of `.gitignore`. */
export async function readSources(
  files: StepFiles,
  from: FromField,
  ignore: readonly string[] = [],
): Promise<FoundDesignDoc[]> {
  const found: FoundDesignDoc[] = [];
  for (const { path, pointer } of pathsIn(from)) {
    const kind = await files.kindOf(path, pointer);
    if (kind === "file") found.push(...(await readFile(files, path, pointer)));
    if (kind === "folder") found.push(...(await readAnyFolder(files, path, pointer, ignore)));
  }
  return found;
}

export function inlineSources(files: StepFiles, docs: JsonObject): FoundDesignDoc[] {
  return Object.entries(docs).flatMap(([key, doc]) => {
    if (!isObject(doc)) return [];
    const name = nameInId(key) ?? key;
    if (doc._id !== undefined && doc._id !== idOf(name)) {
      const message = `the \`_id\` of this design document is \`${idOf(name)}\`; leave it out`;
      files.problem({ pointer: toPointer(["docs", key, "_id"]) }, "not-a-design-doc", message);
    }
    const at: Origin = (keys, offset) => ({
      pointer: toPointer(["docs", key, ...keys]),
      ...(offset === undefined ? {} : { offset }),
    });
    const report: FoundDesignDoc["report"] = (fault) =>
      files.problem(at(fault.keys, fault.offset), fault.code, describe(name, doc, fault));
    return [{ name, doc, at, report }];
  });
}

async function readFile(files: StepFiles, path: string, pointer: string): Promise<FoundDesignDoc[]> {
  if (path.endsWith(".json")) return readJsonFile(files, path, pointer, basename(path, ".json"));
  const message = path.endsWith(".js")
    ? "modules are not executed: write the design document as JSON, or as a folder with one file per function"
    : "a design document must be a `.json` file, or a folder with one file per function";
  files.problem({ pointer }, "not-a-design-doc", message, path);
  return [];
}

/** One design document, or a folder of them. */
async function readAnyFolder(
  files: StepFiles,
  path: string,
  pointer: string,
  ignore: readonly string[],
): Promise<FoundDesignDoc[]> {
  const folder = path.replace(/\/+$/, "");
  const seen = ignoring(files, folder, ignore);
  const readOne = async (at: string) =>
    readFolder(await ignoringAsCouchapp(seen, files, at, pointer), at, pointer, basename(at));
  if (await isDesignDoc(seen, folder, pointer)) return readOne(folder);
  const found = await readCollection(seen, folder, pointer, readOne);
  if (found === undefined)
    files.problem({ pointer }, "no-design-docs", "this folder contains no design document", path);
  return found ?? [];
}

/** Undefined if it is empty. */
async function readCollection(
  files: StepFiles,
  folder: string,
  pointer: string,
  readOne: (folder: string) => Promise<FoundDesignDoc[]>,
): Promise<FoundDesignDoc[] | undefined> {
  const entries = await files.list(folder, pointer);
  const found: FoundDesignDoc[] = [];
  for (const { name, folder: isFolder } of entries) {
    const path = `${folder}/${name}`;
    if (isFolder && name === "_design" && basename(folder) !== "_design")
      found.push(...((await readCollection(files, path, pointer, readOne)) ?? []));
    else if (name.startsWith("_") || !(isFolder || name.endsWith(".json"))) unknown(files, path);
    else if (isFolder) found.push(...(await readOne(path)));
    else found.push(...(await readJsonFile(files, path, pointer, basename(name, ".json"))));
  }
  return entries.length === 0 ? undefined : found;
}

function unknown(files: StepFiles, file: string): void {
  const message = file.endsWith(".js")
    ? "modules are not executed: write the design document as JSON, or as a folder with one file per function"
    : "unknown file: a folder of design documents contains only folders and `.json` files; add it to `ignore`";
  files.problem({ file, line: 1, column: 1 }, "unknown-file", message);
}

const marks = /^(?:_id|(?:language|options|autoupdate|rewrites|validate_doc_update)(?:\.\w+)?|index\.js)$/;

/** By section: how many folders below it its functions are. */
const sections = new Map([
  ["filters", 0],
  ["lists", 0],
  ["shows", 0],
  ["updates", 0],
  ["views", 1],
  ["indexes", 1],
  ["nouveau", 1],
]);

/**
 * Decided by the content. A design document may itself be named `views` or `filters`, so a folder with such a name
 * only counts if there are files where a design document has its functions.
 */
async function isDesignDoc(files: StepFiles, folder: string, pointer: string): Promise<boolean> {
  if (basename(folder) === "_design") return false;
  for (const entry of await files.list(folder, pointer)) {
    const { name, folder: isFolder } = entry;
    if (name === "_attachments" || (!isFolder && marks.test(name))) return true;
    const depth = isFolder ? sections.get(name) : undefined;
    if (depth !== undefined && (await holdsFunctions(files, `${folder}/${name}`, pointer, depth))) return true;
  }
  return false;
}

async function holdsFunctions(files: StepFiles, folder: string, pointer: string, depth: number): Promise<boolean> {
  for (const entry of await files.list(folder, pointer)) {
    if (depth === 0 && !entry.folder && (entry.name === "index.js" || !marks.test(entry.name))) return true;
    const below = `${folder}/${entry.name}`;
    if (depth > 0 && entry.folder && (await holdsFunctions(files, below, pointer, depth - 1))) return true;
  }
  return false;
}
