/** Reads the JSON files of a step. If there is no value, a problem is reported at its place in the file. */
import { SourceText } from "../files/source-text.js";
import type { StepFiles } from "../steps/step-files.js";
import { parseJson } from "./json-text.js";

interface JsonOfFile {
  readonly value: unknown;
  readonly source: SourceText;
}

/** @param pointer the field of the step that names the file */
export async function readJson(files: StepFiles, path: string, pointer: string): Promise<JsonOfFile | undefined> {
  const text = await files.text(path, pointer);
  return text === undefined ? undefined : jsonOf(files, new SourceText(path, text));
}

export function jsonOf(files: Pick<StepFiles, "problem">, source: SourceText): JsonOfFile | undefined {
  const parsed = parseJson(source.text);
  if ("value" in parsed) return { value: parsed.value, source };
  files.problem(source.position(parsed.offset), parsed.code, parsed.message);
  return undefined;
}
