import { SourceText } from "../../files/source-text.js";
import { toPointer, valueAt } from "../../text/pointer.js";
import { type DesignDoc, type Fault, idOf } from "./design-doc.js";

/** Describes the fault in a sentence, for output that shows the field but not the position in its text. */
export function describe(name: string, doc: DesignDoc, fault: Fault): string {
  return `${subject(name, fault)}: ${fault.message}${spot(doc, fault)}`;
}

/** The subject of a fault: `_design/zerglings views/by-owner/map`. */
export function subject(name: string, { keys }: Fault): string {
  return [idOf(name), ...(keys.length > 0 ? [keys.join("/")] : [])].join(" ");
}

function spot(doc: DesignDoc, { keys, offset }: Fault): string {
  const text = valueAt(doc, toPointer(keys));
  if (offset === undefined || typeof text !== "string") return "";
  const { line, column } = new SourceText("", text).position(offset);
  return ` (line ${line}, column ${column} of this field)`;
}
