/** Reads a file of documents completely: reports every problem, and collects what is needed later. */
import type { LargeFile } from "../../files/large-file.js";
import type { StepFiles } from "../../steps/step-files.js";
import { offsetIn } from "../../text/json-scan.js";
import { contentBytes } from "./document.js";
import { ContentHash, cutsOf, DocumentFile, type SizedDocument, type Sourced } from "./document-file.js";
import type { Fault } from "./fault.js";
import { FileFault } from "./file-text.js";
import { limited } from "./limited.js";
import type { Piece } from "./lines.js";
import { assertFits, memoryLimits } from "./memory.js";
import { hasPartition } from "./partition-ids.js";
import { OrderedIds, repeatedIds } from "./repeated-ids.js";
import { bodyOfSource, checkSource } from "./source-document.js";
import { most } from "./summary.js";
import { firstOf } from "./survey.js";

/** Characters. Every service that is known allows documents of this size. */
const mayBeTooLarge = 250_000;

/**
 * @param path as in the spec; problems are reported there
 * @param isTaken whether the step has this document elsewhere
 */
export async function readDocumentFile(
  files: StepFiles,
  path: string,
  file: LargeFile,
  isTaken: (id: string) => boolean,
): Promise<DocumentFile | undefined> {
  const report = limited((fault: Fault, { line, column, text }: At) =>
    files.problem({ file: path, line, column }, fault.code, fault.message, text),
  );
  const hash = new ContentHash();
  const order = new OrderedIds();
  const limits = memoryLimits();
  let first: Sourced[] = [];
  const withoutPartition: string[] = [];
  const large: SizedDocument[] = [];
  let documents = 0;
  let largest = 0;
  try {
    const stamp = await file.stamp();
    for await (const cut of cutsOf(file)) {
      hash.add(cut);
      for (const piece of cut.pieces) {
        assertFits(piece.text, `${file.name}:${piece.line}`, limits);
        const id = check(piece, report);
        if (id === undefined) continue;
        if (isTaken(id) || order.add(id)) report(twice(id), { line: piece.line, column: 1 });
        if (withoutPartition.length < 20 && !hasPartition(id)) withoutPartition.push(id);
        if (piece.text.length > mayBeTooLarge && large.length < 20) {
          large.push({ id, line: piece.line, bytes: contentBytes(JSON.parse(piece.text)) });
        }
        if (documents < most.documents) {
          first = firstOf(
            [...first, { ...bodyOfSource(piece.text), index: documents, line: piece.line }],
            (one) => one,
          );
        }
        documents += 1;
        largest = Math.max(largest, piece.text.length);
      }
    }
    for await (const { id, line } of order.mayRepeat ? repeatedIds(cutsOf(file), documents) : []) {
      report(twice(id), { line, column: 1 });
    }
    return new DocumentFile(file, { sha256: hash.digest(), documents, first, withoutPartition, large, largest, stamp });
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    report({ keys: [], code: error.code, message: error.message }, error);
    return undefined;
  }
}

interface At {
  readonly line: number;
  readonly column: number;
  readonly text?: string;
}

function check({ text, line }: Piece, report: (fault: Fault, at: At) => void): string | undefined {
  const checked = checkSource(text);
  if ("id" in checked) return checked.id;
  for (const { fault, offset = offsetIn(text, fault.keys), text: shown } of checked.faults) {
    report(fault, { ...positionIn(text, line, offset), ...(shown === undefined ? {} : { text: shown }) });
  }
  return undefined;
}

/** A document in a list may span several lines. */
function positionIn(text: string, line: number, offset: number): At {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: line + before.split("\n").length - 1, column: [...before.slice(start)].length + 1 };
}

function twice(id: string): Fault {
  return { keys: [], code: "duplicate-document", message: `the document \`${id}\` appears twice in this step` };
}
