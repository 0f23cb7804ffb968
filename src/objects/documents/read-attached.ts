/** Reads the files that a document names as its attachments. */
import { posix } from "node:path";
import mime from "mime";
import { unreadable } from "../../files/read-text.js";
import type { StepFiles } from "../../steps/step-files.js";
import { isObject, type JsonObject, membersOf } from "../../text/json.js";
import { AttachedFile } from "./attached-file.js";

const unknownType = "application/octet-stream";

/** Where the document is. */
export interface Above {
  /** Paths in it are relative to this folder. */
  readonly folder: string;
  /** The field of the step at which a problem with the file is reported. */
  pointerTo(keys: readonly string[]): string;
}

/** Whether a document without faults names files. */
export function namesFiles({ _attachments }: JsonObject): boolean {
  return Object.values(membersOf(_attachments)).some(isNamed);
}

/** @returns the document with an AttachedFile for each file; `undefined`: one can't be read */
export async function withFiles(files: StepFiles, document: JsonObject, above: Above): Promise<JsonObject | undefined> {
  const attachments: Record<string, unknown> = {};
  let isWhole = true;
  for (const [name, one] of Object.entries(membersOf(document._attachments))) {
    const read = isNamed(one)
      ? await readFile(files, one, above.pointerTo(["_attachments", name, "from"]), above)
      : one;
    isWhole &&= read !== undefined;
    Object.defineProperty(attachments, name, { value: read, enumerable: true });
  }
  return isWhole ? { ...document, _attachments: attachments } : undefined;
}

interface Named {
  readonly from: string;
  readonly content_type?: string;
}

function isNamed(attachment: unknown): attachment is Named {
  return isObject(attachment) && attachment.from !== undefined;
}

async function readFile(
  files: StepFiles,
  { from, content_type = mime.getType(from) ?? unknownType }: Named,
  pointer: string,
  { folder }: Above,
): Promise<AttachedFile | undefined> {
  const path = from.startsWith("/") ? from : posix.join(folder, from);
  const file = await files.large(path, pointer);
  if (!file) return undefined;
  try {
    return await AttachedFile.read(file, content_type);
  } catch (error) {
    const { code, reason } = unreadable(error);
    files.problem({ pointer }, code, `${file.name} ${reason}`);
    return undefined;
  }
}
