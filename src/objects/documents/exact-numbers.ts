/**
 * Integers with more digits than JavaScript's numbers keep; CouchDB keeps all of them. Documents that contain some are
 * sent as the text of their file. For comparison and display, such an integer is the text `<digits> (number)`. Pure.
 */
import { lossyNumbers } from "../../text/json-scan.js";

/** Parses JSON; integers that a number can't hold become text. */
export function parseExact(text: string): unknown {
  return JSON.parse(withText(text, " (number)"));
}

/** Whether there are such integers, and no other number that JavaScript changes. */
export function hasLargeIntegers(text: string): boolean {
  const found = [...lossyNumbers(text)];
  return found.length > 0 && found.every(({ isKept }) => isKept);
}

/** Applies `change` to the parsed value, and returns its JSON with the digits of the text. */
export function rewritten(text: string, change: (value: unknown) => unknown): string {
  if (!hasLargeIntegers(text)) return JSON.stringify(change(JSON.parse(text)));
  const plain = JSON.stringify(JSON.parse(text));
  let mark = "#";
  while (plain.includes(mark)) mark += "#";
  const changed = JSON.stringify(change(JSON.parse(withText(text, mark))));
  return changed.replaceAll(new RegExp(`"(-?\\d+)${mark}"`, "g"), "$1");
}

function withText(text: string, ending: string): string {
  let parts = "";
  let end = 0;
  for (const { offset, source, isKept } of lossyNumbers(text)) {
    if (!isKept) continue;
    parts += `${text.slice(end, offset)}"${source}${ending}"`;
    end = offset + source.length;
  }
  return end === 0 ? text : parts + text.slice(end);
}
