/**
 * Ids of documents in a partitioned database: `partition:id`. CouchDB answers any other id with a 400, followed by
 * the rest of another response on the same connection, so such an id is never sent. Design documents are not
 * affected, because document steps refuse them.
 */

import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { patternTest } from "../../couch/pattern.js";
import type { SpecProblem } from "../../steps/kind.js";

/** Whether a partitioned database accepts it, by the rules of CouchDB's couch_partition. */
export function hasPartition(id: string): boolean {
  const colon = id.indexOf(":");
  return colon > 0 && colon < id.length - 1 && id[0] !== "_" && !/^_(?!design\/.|local\/.)/.test(id.slice(colon + 1));
}

const mostNamed = 5;

/** `undefined`: all ids have a partition. */
function partitionFault(ids: Iterable<string>, database: string): string | undefined {
  const faulty = [...ids].filter((id) => !hasPartition(id));
  if (faulty.length === 0) return undefined;
  const names = faulty.slice(0, mostNamed).map((id) => JSON.stringify(id));
  const more = faulty.length > mostNamed ? ` and ${faulty.length - mostNamed} more` : "";
  const these = faulty.length === 1 ? "this one does not" : "these do not";
  return `${database} is partitioned, so ids have the form \`partition:id\`; ${these}: ${names.join(", ")}${more}`;
}

/** Checks against the databases that the set creates; `databases` may be patterns. */
export function partitionIdProblems(
  ids: readonly string[],
  databases: readonly string[],
  partitioned: ReadonlyMap<string, boolean>,
  path: string,
): SpecProblem[] {
  const matches = databases.map(patternTest);
  return [...partitioned].flatMap(([name, is]) => {
    const message = is && matches.some((test) => test(name)) ? partitionFault(ids, name) : undefined;
    return message === undefined ? [] : [{ path, code: "no-partition", message }];
  });
}

/** Checks against the actual database, which is only read if a partitioned one would refuse an id. Throws `refused`. */
export async function assertPartitions(couch: Couch, database: string, ids: readonly string[]): Promise<void> {
  const message = partitionFault(ids, database);
  if (message === undefined || !(await inventoryOf(couch).info(database))?.partitioned) return;
  throw new MigrateError("refused", {
    message,
    data: { database },
    next: "Put the name of a partition and a colon before each id, or use a database without partitions.",
  });
}
