/** Writes documents with `_bulk_docs`, and says of each that CouchDB did not take. */
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { type ErrorCode, MigrateError } from "../../errors.js";
import { isObject, type JsonObject } from "../json.js";
import { batchesOf } from "./batches.js";
import { bytesOf } from "./document.js";

export interface WriteOptions {
  /** Of what is written, if that is known. */
  readonly total?: number;
  /** Another revision than the one that was read is there: all the same. */
  readonly conflictsAreFine: boolean;
  readonly signal: AbortSignal;
  wrote?(done: number): void;
}

interface Row {
  readonly id?: string;
  readonly error?: string;
  readonly reason?: string;
  /** A minority of the copies has it. */
  readonly accepted?: boolean;
}

interface Refusal {
  readonly id: string;
  readonly error: string;
  readonly reason: string;
}

/** What became of a batch. */
interface Outcome {
  readonly written: number;
  readonly faint: number;
  readonly refused: readonly Refusal[];
}

/** Looking for the ones at fault in a refused batch ends with this many: the others will be like them. */
const enough = 10;

/**
 * Stops behind the first batch in which a document was refused. Throws: `conflict` and `outcome-unknown` where looking
 * again may help, `below-quorum`, else `request-failed`.
 */
export async function writeDocuments(
  couch: Couch,
  database: string,
  bodies: Iterable<JsonObject> | AsyncIterable<JsonObject>,
  options: WriteOptions,
): Promise<void> {
  let written = 0;
  let faint = 0;
  for await (const batch of batchesOf(bodies, bytesOf)) {
    options.signal.throwIfAborted();
    const outcome = await send(couch, database, batch, options);
    written += outcome.written;
    faint += outcome.faint;
    if (outcome.refused.length > 0) throw refusal(database, outcome.refused, written, options.total);
    options.wrote?.(written);
  }
  if (faint === 0) return;
  const message = `${faint} of ${written} documents were taken by a minority of the nodes of ${database} only`;
  throw new MigrateError("below-quorum", { message, data: { database, documents: faint } });
}

/**
 * One document can make CouchDB (or a proxy, for its size) refuse the whole request, mostly without a word about which
 * one: then the halves are sent, down to that document, and all others are written.
 */
async function send(
  couch: Couch,
  database: string,
  docs: readonly JsonObject[],
  options: WriteOptions,
): Promise<Outcome> {
  const { status, body } = await couch.write("POST", path`/${database}/_bulk_docs`, {
    body: { docs },
    accept: [202, 400, 412, 413],
    repeatable: true,
  });
  if (status < 300) return outcomeOf(body as readonly Row[], options);
  const [only, ...others] = docs;
  if (only && others.length === 0) return { written: 0, faint: 0, refused: [whole(String(only._id), status, body)] };
  const half = Math.ceil(docs.length / 2);
  const first = await send(couch, database, docs.slice(0, half), options);
  if (first.refused.length >= enough) return first;
  options.signal.throwIfAborted();
  const second = await send(couch, database, docs.slice(half), options);
  return {
    written: first.written + second.written,
    faint: first.faint + second.faint,
    refused: [...first.refused, ...second.refused],
  };
}

function outcomeOf(rows: readonly Row[], { conflictsAreFine }: WriteOptions): Outcome {
  const refused = rows.filter(({ error }) => error !== undefined && !(conflictsAreFine && error === "conflict"));
  return {
    written: rows.length - refused.length,
    faint: rows.filter(({ accepted }) => accepted === true).length,
    refused: refused.map(({ id = "", error = "", reason = "" }) => ({ id, error, reason })),
  };
}

function whole(id: string, status: number, body: unknown): Refusal {
  const { error, reason } = isObject(body) ? body : {};
  if (status === 413) return { id, error: String(error ?? "too_large"), reason: "it is too large for this server" };
  return { id, error: String(error ?? status), reason: String(reason ?? "") };
}

function refusal(
  database: string,
  refused: readonly Refusal[],
  written: number,
  total: number | undefined,
): MigrateError {
  const listed = refused.slice(0, enough).map(({ id, error, reason }) => `${shortened(id)} (${error}: ${reason})`);
  const more = refused.length > enough ? `; and ${refused.length - enough} more` : "";
  const unsent = total === undefined ? 0 : total - written - refused.length;
  const done = `${written}${total === undefined ? "" : ` of ${total}`} are written`;
  const rest = unsent > 0 ? `, ${unsent} were not reached` : "";
  const code = codeOf(refused);
  const next = "Correct these documents, or what refuses them, then run again: what is written is left as it is.";
  return new MigrateError(code, {
    message: `${database} refused ${counted(refused.length)}: ${listed.join("; ")}${more}; ${done}${rest}`,
    ...(code === "request-failed" ? { next } : {}),
    data: { database, refused: refused.slice(0, 100), written, unsent },
  });
}

/** A stub of what is no longer there: somebody has changed the document since. */
const conflicts: ReadonlySet<string> = new Set(["conflict", "missing_stub"]);
const doubtful: ReadonlySet<string> = new Set(["timeout", "unknown_error", "internal_server_error", "error"]);

function codeOf(refused: readonly Refusal[]): ErrorCode {
  if (refused.every(({ error }) => conflicts.has(error))) return "conflict";
  if (refused.every(({ error }) => conflicts.has(error) || doubtful.has(error))) return "outcome-unknown";
  return "request-failed";
}

function counted(count: number): string {
  return count === 1 ? "1 document" : `${count} documents`;
}

/** An id may be as long as a document. */
function shortened(id: string): string {
  return id.length > 100 ? `${id.slice(0, 100)}…` : id;
}
