/** Reads the JSON files of what is stored as JavaScript holds it: a number that would change is a problem. */
import type { SourceText } from "../files/source-text.js";
import type { StepFiles } from "../steps/step-files.js";
import { lossyNumbers } from "../text/json-scan.js";
import { jsonOf, readJson } from "./read-json.js";

type Read = ReturnType<typeof jsonOf>;
type Problems = Pick<StepFiles, "problem">;

export async function readExactJson(files: StepFiles, path: string, pointer: string): Promise<Read> {
  return exact(files, await readJson(files, path, pointer));
}

export function exactJsonOf(files: Problems, source: SourceText): Read {
  return exact(files, jsonOf(files, source));
}

function exact(files: Problems, read: Read): Read {
  const [lossy] = lossyNumbers(read?.source.text ?? "");
  if (!read || lossy === undefined) return read;
  files.problem(read.source.position(lossy.offset), "bad-number", lossy.message, lossy.source);
  return undefined;
}
