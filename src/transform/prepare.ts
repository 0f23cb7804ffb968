/**
 * Computes the edits for documents that were read; reports everything that is wrong with them before any of them is
 * written.
 */
import { MigrateError } from "../contract/errors.js";
import { type Edit, editOf, type Read, type Transform } from "./edit.js";
import type { Reader } from "./reading.js";
import { deletionError, type Fault, unfitError } from "./reports.js";
import { Unfit } from "./unfit.js";

export interface Preparation {
  readonly database: string;
  readonly reader: Reader;
  readonly transform: Transform;
  readonly allowDestroy: boolean;
  /** For a document with losing revisions: change the winning one, or nothing. */
  readonly conflicts: Conflicts;
}

export type Conflicts = "leave" | "refuse";

/**
 * Throws `step-failed` if a document can't be changed, `refused` if one would be deleted without permission.
 *
 * @param changed the number of documents changed so far, for the message
 */
export async function prepareEdits(
  documents: readonly Read[],
  changed: number,
  { database, reader, transform, allowDestroy, conflicts }: Preparation,
): Promise<Edit[]> {
  const edits: Edit[] = [];
  const faults: Fault[] = [];
  for (const read of documents) {
    try {
      const edit = await editOf(read, transform);
      if (edit) assertFree(edit, conflicts);
      if (edit && !edit.deletes && read.suspect) await assertExact(read, reader);
      if (edit) edits.push(edit);
    } catch (error) {
      if (error instanceof MigrateError) throw error;
      faults.push({ id: read.id, message: error instanceof Error ? error.message : String(error) });
    }
  }
  if (faults.length > 0) throw unfitError(database, faults, changed);
  const deletions = edits.filter(({ deletes }) => deletes).map(({ id }) => id);
  if (deletions.length > 0 && !allowDestroy) throw deletionError(database, deletions);
  return edits;
}

export function assertFree({ conflicted }: Pick<Edit, "conflicted">, conflicts: Conflicts): void {
  if (!conflicted || conflicts === "leave") return;
  throw new Unfit("it has conflicting revisions, and the step has `conflicts: refuse`");
}

async function assertExact({ id, rev }: Read, reader: Reader): Promise<void> {
  const stored = await reader.revision(id, rev);
  if (!stored?.lossy) return;
  throw new Unfit("it contains a number that JavaScript can't store exactly, so the run would change it");
}
