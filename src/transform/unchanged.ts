/** Determines which documents still have to be changed. */
import pMap from "p-map";
import { generationOf, winnerOf } from "./fate.js";
import type { Journal } from "./journal.js";
import { isDesign, type Reader } from "./reading.js";

interface Revision {
  readonly id: string;
  readonly rev: string;
}

interface Known {
  readonly id: string;
  /** The revisions that are ours, according to the records. */
  readonly ours: readonly string[];
}

const side = 4;

/** Returns the ids of the documents that have no revision of ours; design documents are left out. */
export async function unchangedAmong(
  documents: readonly Revision[],
  journal: Journal,
  reader: Reader,
): Promise<string[]> {
  const open: Known[] = [];
  for (const { id, rev } of documents) {
    if (isDesign(id)) continue;
    const ours = await journal.records.of(id, journal.marker);
    if (!ours.includes(rev)) open.push({ id, ours });
  }
  const known = open.filter(({ ours }) => ours.length > 0);
  const done = await doneAmong(known, reader);
  return open.flatMap(({ id }) => (done.has(id) ? [] : [id]));
}

/** Documents with one of our revisions in their history, except documents that were deleted since and recreated. */
async function doneAmong(known: readonly Known[], reader: Reader): Promise<Set<string>> {
  const leaves = await reader.leaves(known.map(({ id }) => id));
  const done = new Set<string>();
  const look = async ({ id, ours }: Known) => {
    const winner = winnerOf(leaves.get(id) ?? []);
    const rev = winner?.history.find((one) => ours.includes(one));
    if (!winner || rev === undefined) return;
    // A deletion, and the edit after it, make two revisions.
    const since = generationOf(winner.history[0] ?? "") - generationOf(rev);
    const mayBeNew = since >= 2 && !winner.deleted;
    if (!mayBeNew || !(await reader.wasMadeAgain(id, rev))) done.add(id);
  };
  await pMap(known, look, { concurrency: side });
  return done;
}
