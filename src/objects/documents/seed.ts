/** Writes the documents of a file that a database lacks, batch by batch; memory use does not grow with the file. */
import pMap from "p-map";
import { MigrateError } from "../../contract/errors.js";
import type { BulkDoc } from "../../couch/bulk-docs.js";
import { rest } from "../../couch/pause.js";
import type { StepContext } from "../../steps/kind.js";
import { batchesOfGroups } from "./batches.js";
import { type Mode, textOfPending } from "./compare.js";
import type { DocumentFile, Sourced } from "./document-file.js";
import type { Place } from "./existing.js";
import { requestsInFlight } from "./in-flight.js";
import { type Pacer, pacer } from "./pace.js";
import { belowQuorum, codeOf, conflicts, correctThem, named, type Refusal } from "./refusals.js";
import { workOf } from "./survey.js";
import { bytesOfBody, nothing, type Outcome, sendBatch, sum } from "./write.js";

/** After this many refusals, no more batches are started, because the others will be refused as well. */
const maxRefusals = 20;
const mostNamed = 50;
/** How often a batch is read again because someone else writes the same documents. */
const attempts = 5;

type Context = Pick<StepContext<unknown>, "couch" | "signal" | "progress" | "assertHeld" | "rate">;

/**
 * @param from documents before this one need no work
 *
 * If a document is refused, the others continue. Rejects with all refused documents and what was written so far; with
 * the signal's reason after the batches in progress are done.
 */
export async function seed(
  context: Context,
  place: Place,
  file: DocumentFile,
  { mode, from }: { readonly mode: Mode; readonly from: number },
  pace: Pacer = pacer(context, place.database),
): Promise<void> {
  const { signal, progress, rate } = context;
  const total = file.documents;
  let done = from;
  /** The documents of the batch that started last. */
  let started = 0;
  let outcome = nothing;
  const lines = new Map<string, number>();
  let broken: { readonly error: unknown } | undefined;
  const goesOn = () => !broken && !signal.aborted && outcome.refused.length < maxRefusals;
  const batches = batchesOfGroups(
    whileWanted(file.read(from), goesOn),
    bytesOfBody,
    rate === "auto" ? undefined : rate,
  );
  await pMap(
    batches,
    async (batch) => {
      try {
        const before = started;
        started = batch.length;
        if (before > 0 && goesOn()) await pace.did(before);
        if (!goesOn()) return;
        context.assertHeld?.();
        const one = await write(context, place, batch, mode);
        for (const { id } of one.refused) lines.set(id, batch.find((sourced) => sourced.id === id)?.line ?? 0);
        outcome = sum(outcome, one);
        done += batch.length;
        progress({ done, total, unit: "documents", what: `written to ${place.database}` });
      } catch (error) {
        // The batches in progress are still awaited, so that the message about them is correct.
        broken ??= { error };
      }
    },
    { concurrency: requestsInFlight(file.largest) },
  ).catch((error: unknown) => {
    broken ??= { error };
  });
  if (outcome.refused.length > 0) throw refusal(place, file, outcome, total - done, lines);
  if (broken) throw broken.error;
  signal.throwIfAborted();
  if (outcome.faint > 0) throw belowQuorum(place.database, outcome.faint, outcome.written);
}

async function* whileWanted<Item>(items: AsyncIterable<Item>, isWanted: () => boolean): AsyncGenerator<Item> {
  for await (const item of items) {
    if (!isWanted()) return;
    yield item;
  }
}

/** Writes one batch, and repeats what conflicted in it. */
async function write(context: Context, place: Place, batch: readonly Sourced[], mode: Mode): Promise<Outcome> {
  const { couch, signal } = context;
  const options = { conflictsAreFine: mode === "ifMissing", signal };
  let { isEmpty } = place;
  let outcome = nothing;
  let left = batch;
  for (let attempt = 1; ; attempt += 1) {
    const bodies = await bodiesOf(context, { ...place, isEmpty }, left, mode);
    const sent = bodies.length > 0 ? await sendBatch(couch, place.database, bodies, options) : nothing;
    const lost = new Set(sent.refused.filter(({ error }) => conflicts.has(error)).map(({ id }) => id));
    if (lost.size === 0 || attempt === attempts || signal.aborted) return sum(outcome, sent);
    outcome = sum(outcome, { ...sent, refused: sent.refused.filter(({ id }) => !lost.has(id)) });
    left = left.filter(({ id }) => lost.has(id));
    isEmpty = false;
    await rest(100 * 2 ** attempt, signal);
  }
}

async function bodiesOf(
  { couch }: Context,
  place: Place,
  batch: readonly Sourced[],
  mode: Mode,
): Promise<readonly BulkDoc[]> {
  if (place.isEmpty) return batch;
  const work = await workOf(couch, place, batch, mode);
  return work.map(({ sourced: { id, text }, ...before }) => ({ id, text: textOfPending(text, before) }));
}

function refusal(
  { database }: Place,
  file: DocumentFile,
  { written, refused }: Outcome,
  unsent: number,
  lines: ReadonlyMap<string, number>,
): MigrateError {
  const code = codeOf(refused);
  const where = (id: string) => ` at ${file.name}:${lines.get(id) ?? 0}`;
  const rest = unsent > 0 ? `, ${unsent} were not reached` : "";
  const done = `${written} of ${file.documents} were written now${rest}`;
  return new MigrateError(code, {
    message: `${database} refused ${named(refused, mostNamed, where)}; ${done}`,
    ...(code === "request-failed" ? { next: correctThem } : {}),
    data: { database, refused: refused.map((one: Refusal) => ({ ...one, line: lines.get(one.id) })), written, unsent },
  });
}
