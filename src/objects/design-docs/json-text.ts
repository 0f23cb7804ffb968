/** JSON as a file holds it: parsed, or what is wrong with it and where. */
import { parseExpressionAt } from "acorn";
import { isTooDeep } from "../../text/depth.js";

/** `code` and `message` are those of a problem in a migration file. */
export type ParsedJson =
  | { readonly value: unknown }
  | { readonly offset: number; readonly code: string; readonly message: string };

/** A value that is nested so deeply that nothing may recurse over it is not returned. */
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

/** Only some of V8's messages have the position; text that is not JSON is rarely JavaScript either. */
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
