/** Parses JSON from a file, or reports what is wrong with it and where. */
import { parseExpressionAt } from "acorn";
import { isTooDeep } from "../text/depth.js";
import { offsetIn } from "../text/json-scan.js";
import { toPointer, valueAt } from "../text/pointer.js";
import { rawOffset } from "../text/raw-offset.js";

/** `code` and `message` are the same as for problems in a migration file. */
export type ParsedJson =
  | { readonly value: unknown }
  | { readonly offset: number; readonly code: string; readonly message: string };

/** Does not return a value that is nested too deeply for recursive code. */
export function parseJson(text: string): ParsedJson {
  try {
    const value: unknown = JSON.parse(text);
    if (isTooDeep(value)) return { offset: 0, code: "too-deep", message: "this is nested too deeply" };
    return { value };
  } catch (error) {
    const said = (error as SyntaxError).message.replace(/( in JSON)? at position \d+( \(.*\))?$/, "");
    const message = `this is not JSON: ${said.replace(/, .* is not valid JSON$/s, "")}`;
    return { offset: offsetOf(error as SyntaxError, text), code: "json-syntax", message };
  }
}

/**
 * Only some of V8's messages have the position. Text that is not JSON is rarely valid JavaScript, so a JavaScript
 * parser finds it.
 */
function offsetOf({ message }: SyntaxError, text: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  try {
    parseExpressionAt(text, 0, { ecmaVersion: 2023 });
    return 0;
  } catch (error) {
    return Math.min((error as { pos?: number }).pos ?? 0, text.length);
  }
}

/**
 * The offset of the field at these keys, or of the nearest value around it.
 *
 * @param root what `text` stands for
 * @param offset in the text of the field: if it is given, the result is where that character is
 */
export function offsetInJson(text: string, root: unknown, keys: readonly string[], offset: number | undefined): number {
  const start = offsetIn(text, keys);
  const value = offset === undefined ? undefined : valueAt(root, toPointer(keys));
  if (offset === undefined || typeof value !== "string") return start;
  return start + rawOffset(text.slice(start), value, offset, "double");
}
