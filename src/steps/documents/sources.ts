/** Reads the documents that a step names: those inline, those in JSON files, those in folders of JSON files. */
import { toPointer } from "../../migrations/pointer.js";
import { SourceText } from "../../migrations/source-text.js";
import type { StepFiles } from "../../migrations/step-files.js";
import { parseJson } from "../design-docs/json-text.js";
import { isObject } from "../json.js";
import { type Document, documentFaults, documentOf, type Fault } from "./document.js";
import { lossyNumbers, offsetIn } from "./json-scan.js";

/** A file may hold thousands of documents that are wrong in the same way. */
const mostProblems = 20;

export interface Sources {
  readonly from?: string | readonly string[];
  readonly docs?: readonly unknown[];
}

/** In the order of their ids. */
export async function readDocuments(files: StepFiles, { from = [], docs = [] }: Sources): Promise<Document[]> {
  const found = new Documents();
  const inline = limited((fault: Fault, above) =>
    files.problem({ pointer: toPointer([...above, ...fault.keys]) }, fault.code, fault.message),
  );
  for (const [i, value] of docs.entries()) found.add(value, (fault) => inline(fault, ["docs", String(i)]));
  for (const [i, path] of [from].flat().entries()) {
    const pointer = toPointer(typeof from === "string" ? ["from"] : ["from", i]);
    for (const file of await jsonFiles(files, path, pointer)) await readFile(files, file, pointer, found);
  }
  return found.sorted();
}

type Report = (fault: Fault, above: readonly string[]) => void;

class Documents {
  readonly #byId = new Map<string, Document>();

  add(value: unknown, report: (fault: Fault) => void): void {
    const faults = documentFaults(value);
    for (const fault of faults) report(fault);
    if (faults.length > 0 || !isObject(value)) return;
    const document = documentOf(value);
    if (this.#byId.has(document._id)) {
      const message = `the document \`${document._id}\` is given twice in this step`;
      report({ keys: ["_id"], code: "duplicate-document", message });
    }
    this.#byId.set(document._id, document);
  }

  sorted(): Document[] {
    return [...this.#byId.values()].sort((a, b) => (a._id < b._id ? -1 : 1));
  }
}

/** The file itself, or those in the folder. */
async function jsonFiles(files: StepFiles, path: string, pointer: string): Promise<string[]> {
  const kind = await files.kindOf(path, pointer);
  if (kind === undefined) return [];
  if (kind === "file") {
    if (path.endsWith(".json")) return [path];
    files.problem({ pointer }, "not-documents", "documents are in `.json` files, or in folders of them", path);
    return [];
  }
  const folder = path.replace(/\/+$/, "");
  const entries = (await files.list(folder, pointer)).filter(({ name }) => !name.startsWith("."));
  if (entries.length === 0) files.problem({ pointer }, "no-documents", "there is no `.json` file in this folder", path);
  return entries.flatMap(({ name, folder: isFolder }) => {
    if (!isFolder && name.endsWith(".json")) return [`${folder}/${name}`];
    const message = `\`${folder}/${name}\` is no \`.json\` file: a folder of documents holds nothing else`;
    files.problem({ pointer }, "unknown-file", message);
    return [];
  });
}

/** One document, a list of them, or `{"docs": […]}` as `_bulk_docs` takes them. */
async function readFile(files: StepFiles, path: string, pointer: string, found: Documents): Promise<void> {
  const text = await files.text(path, pointer);
  if (text === undefined) return;
  const source = new SourceText(path, text);
  const parsed = parseJson(text);
  if (!("value" in parsed)) {
    files.problem(source.position(parsed.offset), "json-syntax", `this is not JSON: ${parsed.message}`);
    return;
  }
  const report = limited((fault: Fault, above) => {
    const at = source.position(offsetIn(text, [...above, ...fault.keys]));
    files.problem(at, fault.code, fault.message);
  });
  let lossy = 0;
  for (const { offset, source: number, message } of lossyNumbers(text)) {
    lossy += 1;
    if (lossy <= mostProblems) files.problem(source.position(offset), "bad-number", message, number);
  }
  for (const { at, value } of elements(parsed.value)) found.add(value, (fault) => report(fault, at));
}

function elements(value: unknown): { readonly at: readonly string[]; readonly value: unknown }[] {
  const wrapped = isObject(value) && value._id === undefined && Array.isArray(value.docs);
  const list = wrapped ? value.docs : value;
  if (!Array.isArray(list)) return [{ at: [], value }];
  return list.map((element, i) => ({ at: wrapped ? ["docs", String(i)] : [String(i)], value: element }));
}

/** Says that there are more, once, where there are too many. */
function limited(report: Report): Report {
  let count = 0;
  return (fault, above) => {
    count += 1;
    if (count <= mostProblems) report(fault, above);
    if (count !== mostProblems + 1) return;
    report(
      { keys: [], code: "more-problems", message: "more documents are wrong, from here on; they are not listed" },
      above,
    );
  };
}
