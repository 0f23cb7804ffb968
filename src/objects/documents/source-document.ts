/** One document as it is in a file: checked once, when the file is first read, and then sent unchanged. Pure. */

import type { BulkDoc } from "../../couch/bulk-docs.js";
import { isObject, membersOf } from "../../text/json.js";
import { lossyNumbers } from "../../text/json-scan.js";
import { parseJson } from "../json-text.js";
import { documentFaults, documentOf } from "./document.js";
import { rewritten } from "./exact-numbers.js";
import type { Fault } from "./fault.js";

/** A fault in the text, and its position. */
export interface TextFault {
  readonly fault: Fault;
  /** Set if the fault has no keys. */
  readonly offset?: number;
  readonly text?: string;
}

/** @returns the document's id, or its fault */
export function checkSource(text: string): { readonly id: string } | { readonly faults: readonly TextFault[] } {
  const parsed = parseJson(text);
  if (!("value" in parsed)) {
    const { offset, code, message } = parsed;
    return { faults: [{ fault: { keys: [], code, message }, offset }] };
  }
  const faults: TextFault[] = documentFaults(parsed.value, text).map((fault) => ({ fault }));
  for (const { offset, source, message, isKept } of lossyNumbers(text)) {
    if (!isKept) faults.push({ fault: { keys: [], code: "bad-number", message }, offset, text: source });
  }
  if (faults.length > 0 || !isObject(parsed.value)) return { faults };
  const id = String(parsed.value._id);
  if (firstId(text) === id) return { id };
  return { faults: [{ fault: { keys: ["_id"], code: "bad-document-id", message: "`_id` appears twice" } }] };
}

/** For a text without faults. */
export function bodyOfSource(text: string): BulkDoc {
  return { id: firstId(text), text: withoutServersOwn(text) };
}

/** Most exports start with the id. */
function firstId(text: string): string {
  const quick = /^\{\s*"_id"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
  return quick ?? String(JSON.parse(text)._id);
}

/** Exports start with id and revision; in this case the text is cut instead of parsed. */
const idAndRevision = /^(\{\s*"_id"\s*:\s*"[^"\\]*"\s*),\s*"_rev"\s*:\s*"[^"\\]*"/;

function withoutServersOwn(text: string): string {
  const cut = text.includes('"_rev"') ? text.replace(idAndRevision, "$1") : text;
  // An escaped ASCII character may be part of a name that is searched for here.
  const mayHold = cut.includes('"_rev"') || cut.includes('"_attachments"') || cut.includes("\\u00");
  return mayHold ? rewritten(text, (value) => documentOf(membersOf(value))) : cut;
}
