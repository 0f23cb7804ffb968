/** JSON as a file holds it: parsed, and where in it things stand. */
import { parseExpressionAt } from "acorn";
import { isMap, isScalar, isSeq, type ParsedNode, parseDocument } from "yaml";
import { fromPointer, toPointer } from "../../migrations/pointer.js";

export type ParsedJson = { readonly value: unknown } | { readonly offset: number; readonly message: string };

export function parseJson(text: string): ParsedJson {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = (error as SyntaxError).message.replace(/( in JSON)? at position \d+( \(.*\))?$/, "");
    return { offset: offsetOf(error as SyntaxError, text), message: message.replace(/, .* is not valid JSON$/s, "") };
  }
}

/** V8 tells the position in some of its messages only; what is no JSON is seldom JavaScript either. */
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

/** Where the value at these keys begins, or the nearest value around it. `text` is JSON. */
export function offsetInJson(text: string, keys: readonly string[]): number {
  let node: ParsedNode | null = parseDocument(text, { schema: "json", logLevel: "silent" }).contents;
  for (const key of fromPointer(toPointer(keys))) {
    const child: ParsedNode | null | undefined = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)?.value
      : isSeq(node)
        ? node.items[Number(key)]
        : undefined;
    if (!child) break;
    node = child;
  }
  return node?.range[0] ?? 0;
}
