/** Writes documents with `_bulk_docs`, and reports each one that CouchDB refused. */

import { MigrateError } from "../../contract/errors.js";
import { type BulkDoc, bulkDoc, tryBulkDocs } from "../../couch/bulk-docs.js";
import type { Couch } from "../../couch/couch.js";
import type { BulkRow } from "../../couch/written.js";
import type { JsonObject } from "../../text/json.js";
import { batchesOf } from "./batches.js";
import { belowQuorum, codeOf, correctThem, named, type Refusal } from "./refusals.js";

export interface WriteOptions {
  /** The total number to write, if known. */
  readonly total?: number;
  /** If someone has written another revision than the one that was read, that is not an error. */
  readonly conflictsAreFine: boolean;
  readonly signal: AbortSignal;
  wrote?(done: number): void;
}

/** The result of a batch. */
export interface Outcome {
  readonly written: number;
  /** Someone else has created them. */
  readonly there: number;
  readonly faint: number;
  readonly refused: readonly Refusal[];
}

export const nothing: Outcome = { written: 0, there: 0, faint: 0, refused: [] };

export function sum(one: Outcome, other: Outcome): Outcome {
  return {
    written: one.written + other.written,
    there: one.there + other.there,
    faint: one.faint + other.faint,
    refused: [...one.refused, ...other.refused],
  };
}

/**
 * Searching a refused batch for the documents at fault stops after this many, because the others will be refused as
 * well.
 */
const maxRefusals = 10;

/**
 * Stops after the first batch with a refused document. Throws `conflict` and `outcome-unknown` if reading again may
 * help, `below-quorum`, otherwise `request-failed`.
 */
export async function writeDocuments(
  couch: Couch,
  database: string,
  bodies: Iterable<JsonObject> | AsyncIterable<JsonObject>,
  options: WriteOptions,
): Promise<void> {
  let written = 0;
  let faint = 0;
  for await (const batch of batchesOf(asText(bodies), bytesOfBody)) {
    options.signal.throwIfAborted();
    const outcome = await sendBatch(couch, database, batch, options);
    written += outcome.written + outcome.there;
    faint += outcome.faint;
    if (outcome.refused.length > 0) throw refusal(database, outcome.refused, written, options.total);
    options.wrote?.(written);
  }
  if (faint > 0) throw belowQuorum(database, faint, written);
}

async function* asText(bodies: Iterable<JsonObject> | AsyncIterable<JsonObject>): AsyncGenerator<BulkDoc> {
  for await (const body of bodies) yield bulkDoc(body);
}

export function bytesOfBody({ text }: BulkDoc): number {
  return Buffer.byteLength(text);
}

/**
 * One document can make CouchDB (or a proxy, because of its size) refuse the whole request, often without naming it.
 * Then the batch is split in halves, down to that document, and all others are written.
 */
export async function sendBatch(
  couch: Couch,
  database: string,
  docs: readonly BulkDoc[],
  options: Pick<WriteOptions, "conflictsAreFine" | "signal">,
): Promise<Outcome> {
  const answer = await tryBulkDocs(couch, database, docs, true);
  if ("rows" in answer) return outcomeOf(answer.rows, options);
  const [only, ...others] = docs;
  if (only && others.length === 0) return { ...nothing, refused: [{ id: only.id, ...answer.refusal }] };
  const half = Math.ceil(docs.length / 2);
  const first = await sendBatch(couch, database, docs.slice(0, half), options);
  if (first.refused.length >= maxRefusals) return first;
  options.signal.throwIfAborted();
  return sum(first, await sendBatch(couch, database, docs.slice(half), options));
}

function outcomeOf(rows: readonly BulkRow[], { conflictsAreFine }: Pick<WriteOptions, "conflictsAreFine">): Outcome {
  const failed = rows.filter(({ error }) => error !== undefined);
  const refused = failed.filter(({ error }) => !(conflictsAreFine && error === "conflict"));
  return {
    written: rows.length - failed.length,
    there: failed.length - refused.length,
    faint: rows.filter(({ accepted }) => accepted === true).length,
    refused: refused.map(({ id, error = "", reason = "" }) => ({ id, error, reason })),
  };
}

function refusal(
  database: string,
  refused: readonly Refusal[],
  written: number,
  total: number | undefined,
): MigrateError {
  const unsent = total === undefined ? 0 : total - written - refused.length;
  const done = `${written}${total === undefined ? "" : ` of ${total}`} are written`;
  const rest = unsent > 0 ? `, ${unsent} were not reached` : "";
  const code = codeOf(refused);
  return new MigrateError(code, {
    message: `${database} refused ${named(refused, maxRefusals)}; ${done}${rest}`,
    ...(code === "request-failed" ? { next: correctThem } : {}),
    data: { database, refused: refused.slice(0, 100), written, unsent },
  });
}
