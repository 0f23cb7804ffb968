/**
 * Detects responses that are nested too deeply for recursive code. CouchDB accepts documents with 50,000 levels from
 * anyone who may write to a database. They are refused here, before any code but the parser has seen them, so that
 * only the code that reads them fails. Pure.
 */
import { MigrateError } from "../contract/errors.js";
import { isTextTooDeep, isTooDeep, maxNesting, mostInMessage } from "../text/depth.js";
import { membersOf } from "../text/json.js";

/** The lists in CouchDB's responses about many documents. */
const lists = ["rows", "docs", "results", "indexes"];
const named = 5;
const longest = 100;

export interface DeepAnswer {
  /** A readable description. */
  readonly detail: string;
  /** Ids of the documents, if the response is about documents. */
  readonly documents: readonly string[];
}

/** Whether a request failed because its answer is nested too deeply. */
export function isOfDeepAnswer(error: unknown): error is MigrateError {
  return error instanceof MigrateError && error.data.failure === "too-deep";
}

/**
 * The ids of the documents that made a request fail with this error. Empty: it failed for another reason, or the
 * response has no ids.
 */
export function deepDocuments(error: unknown): readonly string[] {
  return isOfDeepAnswer(error) ? (error.data.documents as readonly string[]) : [];
}

/** @param text the text that `body` was parsed from. Undefined: the body may be used. */
export function tooDeepIn(text: string, body: unknown): DeepAnswer | undefined {
  if (!isTextTooDeep(text, mostInMessage)) return undefined;
  const documents = [...new Set(deepItems(body).flatMap(idOf))];
  const shown = documents.slice(0, named).map((id) => (id.length > longest ? `${id.slice(0, longest)}…` : id));
  const more = documents.length > named ? ` and ${documents.length - named} more` : "";
  const what = documents.length === 0 ? "the answer" : `document ${shown.join(", ")}${more}`;
  return { detail: `${what} is nested more than ${maxNesting} levels deep`, documents };
}

/** Objects that can't or should not be removed like a user's document need other advice. By the path of the request. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^\/[^/]+\/_security\b/, "Write `_security` of this database again with less nesting, then run again."],
  [
    /^\/[^/]+\/_local\/couchdb-migrate-/,
    "couchdb-migrate did not write this ledger: restore it from a backup, then run again.",
  ],
  [/^\/_users\//, "Correct the document of this user, then run again."],
];

export function adviceOnDepth(target: string): string {
  const known = advice.find(([path]) => path.test(target))?.[1];
  return known ?? "Reduce the nesting or remove the object, then run again.";
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
