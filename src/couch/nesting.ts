/**
 * Answers that are nested so deeply that nothing may recurse over them. CouchDB takes documents of 50,000 levels, from
 * whoever may write into one database; here they are refused, before anything but the parser has seen them, so that
 * they are a failure of the place that reads them, and of nothing else. Pure.
 */
import { MigrateError } from "../contract/errors.js";
import { isTextTooDeep, isTooDeep, maxNesting, mostInMessage } from "../text/depth.js";
import { membersOf } from "../text/json.js";

/** The lists of what CouchDB answers about many documents. */
const lists = ["rows", "docs", "results", "indexes"];
const named = 5;
const longest = 100;

export interface DeepAnswer {
  /** For people. */
  readonly detail: string;
  /** Ids of the documents, as far as the answer is about documents. */
  readonly documents: readonly string[];
}

/** Whether a request failed because its answer is nested too deeply. */
export function isOfDeepAnswer(error: unknown): boolean {
  return error instanceof MigrateError && error.data.failure === "too-deep";
}

/** @param text which `body` was parsed from. Undefined: it may be used. */
export function tooDeepIn(text: string, body: unknown): DeepAnswer | undefined {
  if (!isTextTooDeep(text, mostInMessage)) return undefined;
  const documents = [...new Set(deepItems(body).flatMap(idOf))];
  const shown = documents.slice(0, named).map((id) => (id.length > longest ? `${id.slice(0, longest)}…` : id));
  const more = documents.length > named ? ` and ${documents.length - named} more` : "";
  const what = documents.length === 0 ? "the answer" : `document ${shown.join(", ")}${more}`;
  return { detail: `${what} is nested more than ${maxNesting} levels deep`, documents };
}

function deepItems(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body.filter((item) => isTooDeep(item, mostInMessage - 1));
  const members = membersOf(body);
  const items = lists.flatMap((list) => (Array.isArray(members[list]) ? members[list] : []));
  const deep = items.filter((item) => isTooDeep(item, mostInMessage - 2));
  return deep.length > 0 ? deep : [body];
}

function idOf(item: unknown): string[] {
  const { id, _id, ddoc, doc, key } = membersOf(item);
  const known = [id, _id, ddoc, membersOf(doc)._id, key].find((one) => typeof one === "string");
  return typeof known === "string" ? [known] : [];
}
