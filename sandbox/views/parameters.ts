/** The parameters that views, `_all_docs` and the other listings share, from the query string or a JSON body. */

import { isObject, type JsonObject, parseJson } from "../json.js";
import { invalidJson, queryParseError } from "../reply.js";

export interface Parameters {
  readonly keys?: readonly unknown[];
  readonly startKey?: unknown;
  readonly endKey?: unknown;
  readonly startId?: string;
  readonly endId?: string;
  readonly inclusiveEnd: boolean;
  readonly descending: boolean;
  readonly limit: number;
  readonly skip: number;
  readonly includeDocs: boolean;
  readonly conflicts: boolean;
  /** Include the attachment data of documents. */
  readonly attachments: boolean;
  readonly updateSeq: boolean;
  readonly update: "true" | "false" | "lazy";
  readonly reduce?: boolean;
  /** How many elements of the key form a group: 0 for one group in total, Infinity for whole keys. */
  readonly groupLevel: number;
  readonly partition?: string;
}

type Mutable = { -readonly [name in keyof Parameters]: Parameters[name] };
type Reader = (into: Mutable, value: unknown) => void;

const readers = new Map<string, Reader>(
  Object.entries<Reader>({
    key: (into, value) => {
      into.startKey = value;
      into.endKey = value;
    },
    keys: (into, value) => {
      if (!Array.isArray(value)) throw queryParseError("`keys` must be an array of strings.");
      into.keys = value;
    },
    startkey: (into, value) => {
      into.startKey = value;
    },
    endkey: (into, value) => {
      into.endKey = value;
    },
    startkey_docid: (into, value) => {
      into.startId = String(value);
    },
    endkey_docid: (into, value) => {
      into.endId = String(value);
    },
    inclusive_end: (into, value) => {
      into.inclusiveEnd = boolean(value);
    },
    descending: (into, value) => {
      into.descending = boolean(value);
    },
    limit: (into, value) => {
      into.limit = count(value);
    },
    skip: (into, value) => {
      into.skip = count(value);
    },
    include_docs: (into, value) => {
      into.includeDocs = boolean(value);
    },
    conflicts: (into, value) => {
      into.conflicts = boolean(value);
    },
    attachments: (into, value) => {
      into.attachments = boolean(value);
    },
    update_seq: (into, value) => {
      into.updateSeq = boolean(value);
    },
    update: (into, value) => {
      if (value !== "lazy" && !/^(true|false)$/.test(String(value)))
        throw queryParseError("Invalid value for `update`.");
      into.update = String(value) as Parameters["update"];
    },
    stale: (into, value) => {
      if (value !== "ok" && value !== "update_after") throw queryParseError("Invalid value for `stale`.");
      into.update = value === "ok" ? "false" : "lazy";
    },
    reduce: (into, value) => {
      into.reduce = boolean(value);
    },
    group: (into, value) => {
      into.groupLevel = boolean(value) ? Number.POSITIVE_INFINITY : 0;
    },
    group_level: (into, value) => {
      into.groupLevel = count(value);
    },
    partition: (into, value) => {
      into.partition = String(value);
    },
  }),
);

const aliases = new Map(
  Object.entries({
    start_key: "startkey",
    end_key: "endkey",
    start_key_doc_id: "startkey_docid",
    end_key_doc_id: "endkey_docid",
  }),
);

/** These parameters are JSON in the query string; all others are plain text. */
const jsonParameters = new Set(["key", "keys", "startkey", "endkey"]);

/** @throws CouchError 400. Unknown parameters are ignored. */
export function parseParameters(query: URLSearchParams, body: unknown = {}): Parameters {
  const into: Mutable = {
    inclusiveEnd: true,
    descending: false,
    limit: Number.POSITIVE_INFINITY,
    skip: 0,
    includeDocs: false,
    conflicts: false,
    attachments: false,
    updateSeq: false,
    update: "true",
    groupLevel: 0,
  };
  for (const [name, value] of Object.entries(isObject(body) ? body : ({} as JsonObject))) read(into, name, value);
  for (const [name, text] of query) {
    read(into, name, jsonParameters.has(aliases.get(name) ?? name) ? json(text) : text);
  }
  return into;
}

function read(into: Mutable, name: string, value: unknown): void {
  readers.get(aliases.get(name) ?? name)?.(into, value);
}

function json(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw invalidJson();
  }
}

function boolean(value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (text === "true" || text === "false") return text === "true";
  throw queryParseError(`Invalid boolean parameter: ${JSON.stringify(value)}`);
}

function count(value: unknown): number {
  if (!/^[+-]?\d+$/.test(String(value))) throw queryParseError(`Invalid value for integer: ${JSON.stringify(value)}`);
  const number = Number(value);
  if (number < 0) throw queryParseError(`Invalid value for positive integer: ${JSON.stringify(value)}`);
  return number;
}
