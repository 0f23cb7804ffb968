/** What a transformation would do, as a plan shows it. Only reads. */

import { MigrateError } from "../contract/errors.js";
import { countDocuments } from "../couch/count-documents.js";
import type { Change } from "../steps/difference.js";
import type { StepContext } from "../steps/kind.js";
import { valueChanges } from "../steps/value-changes.js";
import type { JsonObject } from "../text/json.js";
import { editOf, type Transform } from "./edit.js";
import { assertFree, type Conflicts } from "./prepare.js";
import { Reader, type Selector } from "./reading.js";

export interface Preview {
  /** The number of matching documents, without design documents. */
  readonly matching: number;
  /** The changes of the first few documents. */
  readonly changes: readonly Change[];
  readonly deletes: boolean;
  /** One sentence for each of the first documents that can't be changed. */
  readonly faults: readonly string[];
}

const looked = 200;
const shown = 3;
const window = 10_000;

export async function preview(
  { couch, signal, progress }: Pick<StepContext<unknown>, "couch" | "signal" | "progress">,
  database: string,
  selector: Selector | undefined,
  transform: Transform,
  conflicts: Conflicts = "leave",
): Promise<Preview> {
  const reader = new Reader(couch, database, selector);
  const { found } = await reader.page(undefined, looked);
  const changes: Change[] = [];
  const faults: string[] = [];
  let [changed, deletes] = [0, false];
  for (const read of found) {
    if (changed >= shown) break;
    try {
      const edit = await editOf(read, transform);
      if (!edit) continue;
      assertFree(edit, conflicts);
      changed += 1;
      deletes ||= edit.deletes;
      changes.push(...changesOf(read.document, edit.deletes ? undefined : edit.body, read.id));
    } catch (error) {
      const ended = error instanceof MigrateError;
      if (ended && error.code !== "step-failed") throw error;
      if (faults.length < shown) faults.push(`${read.id}: ${error instanceof Error ? error.message : String(error)}`);
      // The script can't continue.
      if (ended) break;
    }
  }
  const all = await countDocuments(couch, database);
  const matching = selector ? await count(reader, all, { signal, progress }) : all;
  return { matching, changes, deletes, faults };
}

function changesOf(before: JsonObject, after: JsonObject | undefined, id: string): Change[] {
  return valueChanges(before, after, ["docs", id]);
}

async function count(
  reader: Reader,
  total: number,
  { signal, progress }: Pick<StepContext<unknown>, "signal" | "progress">,
): Promise<number> {
  let matching = 0;
  let after: string | undefined;
  for (let seen = 0; ; seen += window) {
    signal.throwIfAborted();
    const { count, end } = await reader.count(after, window);
    matching += count;
    progress({ done: Math.min(seen + window, total), total, unit: "documents", what: "checked" });
    if (end === undefined) return matching;
    after = end;
  }
}
