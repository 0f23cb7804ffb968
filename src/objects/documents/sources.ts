/**
 * Reads the documents of a step: inline, from files, and from folders of files. A JSON file of normal size is kept in
 * memory; larger ones, compressed ones and NDJSON are streamed here, and again when the step is applied.
 */

import { posix } from "node:path";
import type { LargeFile } from "../../files/large-file.js";
import { maxBytes } from "../../files/regular-file.js";
import { type FromField, pathsIn } from "../../steps/from-field.js";
import type { StepFiles } from "../../steps/step-files.js";
import { isObject } from "../../text/json.js";
import { lossyNumbers, offsetIn } from "../../text/json-scan.js";
import { toPointer } from "../../text/pointer.js";
import { readJson } from "../read-json.js";
import { type Document, documentFaults, documentOf } from "./document.js";
import type { DocumentFile } from "./document-file.js";
import { hasLargeIntegers } from "./exact-numbers.js";
import type { Fault } from "./fault.js";
import { isGzip } from "./file-text.js";
import { limited, mostProblems } from "./limited.js";
import { type Above, namesFiles, withFiles } from "./read-attached.js";
import { readDocumentFile } from "./read-document-file.js";

export interface Sources {
  readonly from?: FromField;
  readonly docs?: readonly unknown[];
}

export interface Read {
  /** Ordered by id. */
  readonly docs: readonly Document[];
  /** In the order in which they are named. */
  readonly files: readonly DocumentFile[];
}

export async function readDocuments(files: StepFiles, { from = [], docs = [] }: Sources): Promise<Read> {
  const found = new Documents(files);
  const inline = limited<readonly string[]>((fault, above) =>
    files.problem({ pointer: toPointer([...above, ...fault.keys]) }, fault.code, fault.message),
  );
  for (const [i, value] of docs.entries()) {
    const at = ["docs", String(i)];
    const above = { folder: ".", pointerTo: (keys: readonly string[]) => toPointer([...at, ...keys]) };
    await found.add(value, (fault) => inline(fault, at), above);
  }
  const streamed: { readonly path: string; readonly large: LargeFile }[] = [];
  for (const { path, pointer } of pathsIn(from)) {
    for (const file of await documentFiles(files, path, pointer)) {
      const large = await files.large(file, pointer);
      if (large && (await isStreamed(large))) streamed.push({ path: file, large });
      else if (large && !(await readFile(files, file, pointer, found))) streamed.push({ path: file, large });
    }
  }
  const read: DocumentFile[] = [];
  // The documents in memory come first, because those in the files are compared with them.
  for (const { path, large } of streamed) {
    const one = await readDocumentFile(files, path, large, (id) => found.has(id));
    if (one) read.push(one);
  }
  return { docs: found.sorted(), files: read };
}

async function isStreamed(file: LargeFile): Promise<boolean> {
  return !file.name.endsWith(".json") || file.bytes > maxBytes || (await isGzip(file));
}

class Documents {
  readonly #byId = new Map<string, Document>();

  constructor(readonly files: StepFiles) {}

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  async add(value: unknown, report: (fault: Fault) => void, above: Above): Promise<void> {
    const faults = documentFaults(value);
    for (const fault of faults) report(fault);
    if (faults.length > 0 || !isObject(value)) return;
    const read = namesFiles(value) ? await withFiles(this.files, value, above) : value;
    if (!read) return;
    const document = documentOf(read);
    if (this.#byId.has(document._id)) {
      const message = `the document \`${document._id}\` appears twice in this step`;
      report({ keys: ["_id"], code: "duplicate-document", message });
    }
    this.#byId.set(document._id, document);
  }

  sorted(): Document[] {
    return [...this.#byId.values()].sort((a, b) => (a._id < b._id ? -1 : 1));
  }
}

/** The names of document files. */
const named = /\.(?:json|ndjson|jsonl)(?:\.gz)?$/;

/** The file itself, or the files in the folder. */
async function documentFiles(files: StepFiles, path: string, pointer: string): Promise<string[]> {
  const kind = await files.kindOf(path, pointer);
  if (kind === undefined) return [];
  if (kind === "file") {
    if (named.test(path)) return [path];
    const message =
      "documents must be in `.json` or `.ndjson` files, which may end with `.gz`, or in folders of such files";
    files.problem({ pointer }, "not-documents", message, path);
    return [];
  }
  const folder = path.replace(/\/+$/, "");
  const entries = (await files.list(folder, pointer)).filter(({ name }) => !name.startsWith("."));
  if (entries.length === 0)
    files.problem({ pointer }, "no-documents", "this folder contains no `.json` or `.ndjson` file", path);
  return entries.flatMap(({ name, folder: isFolder }) => {
    if (!isFolder && named.test(name)) return [`${folder}/${name}`];
    const message = `\`${folder}/${name}\` is not a \`.json\` or \`.ndjson\` file; a folder of documents must contain only such files`;
    files.problem({ pointer }, "unknown-file", message);
    return [];
  });
}

/**
 * One document, a list of them, or `{"docs": […]}` as `_bulk_docs` accepts it. Returns `false` if the text has to be
 * sent as it is, because it has integers that a number can't hold.
 */
async function readFile(files: StepFiles, path: string, pointer: string, found: Documents): Promise<boolean> {
  const read = await readJson(files, path, pointer);
  if (!read) return true;
  const { value: root, source } = read;
  const { text } = source;
  if (hasLargeIntegers(text)) return false;
  const report = limited<readonly string[]>((fault, above) => {
    const at = source.position(offsetIn(text, [...above, ...fault.keys]));
    files.problem(at, fault.code, fault.message);
  });
  let lossy = 0;
  for (const { offset, source: number, message, isKept } of lossyNumbers(text)) {
    if (isKept) continue;
    lossy += 1;
    if (lossy <= mostProblems) files.problem(source.position(offset), "bad-number", message, number);
  }
  const above = { folder: posix.dirname(path), pointerTo: () => pointer };
  for (const { at, value } of elements(root)) await found.add(value, (fault) => report(fault, at), above);
  return true;
}

function elements(value: unknown): { readonly at: readonly string[]; readonly value: unknown }[] {
  const wrapped = isObject(value) && value._id === undefined && Array.isArray(value.docs);
  const list = wrapped ? value.docs : value;
  if (!Array.isArray(list)) return [{ at: [], value }];
  return list.map((element, i) => ({ at: wrapped ? ["docs", String(i)] : [String(i)], value: element }));
}
