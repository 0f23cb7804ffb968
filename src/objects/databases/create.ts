/** Creates a database, and checks that CouchDB created what was requested. */
import { MigrateError, toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { type DatabaseInfo, inventoryOf } from "../../couch/inventory.js";
import { path } from "../../couch/path.js";
import { reasonOf } from "../../steps/refusals.js";
import type { StepWarning } from "../../steps/warnings.js";
import { otherKind, otherShards, type Shape } from "./shape.js";

/** @returns a warning for each number of shards or copies that CouchDB chose instead */
export async function createDatabase(couch: Couch, asked: Shape): Promise<readonly StepWarning[]> {
  const { name, partitioned, q, n } = asked;
  const query = { q, n, partitioned: partitioned ? true : undefined };
  let isNew = false;
  try {
    const { status } = await couch.write("PUT", path`/${name}`, { query, accept: [412], repeatable: true });
    isNew = status !== 412;
  } catch (thrown) {
    // Concurrent creations may get a 500 although the database exists.
    if (!["request-failed", "conflict"].includes(toMigrateError(thrown).code)) throw thrown;
    couch.forget(name);
    if (!(await inventoryOf(couch).info(name))) throw thrown;
  }
  if (isNew && !partitioned && q === undefined && n === undefined) return [];
  couch.forget(name);
  const made = await inventoryOf(couch).info(name);
  if (!made) {
    const message = `CouchDB reported that database ${name} exists, but it does not`;
    throw new MigrateError(isNew ? "not-applied" : "conflict", { message, data: { database: name } });
  }
  const lost = isNew ? ignored(asked, made) : undefined;
  if (lost !== undefined) throw dropped(made, lost);
  const refusals = otherKind(asked, made);
  if (refusals.length > 0) throw new MigrateError("refused", { message: reasonOf(refusals), data: { database: name } });
  return otherShards(asked, made);
}

/**
 * The options of a new database that are not as requested. Fewer copies are not an error: CouchDB creates no more
 * than it has nodes.
 */
function ignored({ partitioned, q, n }: Shape, made: DatabaseInfo): string | undefined {
  if (made.partitioned !== partitioned) return `the new database ${made.partitioned ? "is" : "is not"} partitioned`;
  if (q !== undefined && made.q !== undefined && made.q !== q) return `q of the new database is ${made.q}, not ${q}`;
  if (n !== undefined && made.n !== undefined && made.n > n) return `n of the new database is ${made.n}, not ${n}`;
  return undefined;
}

function dropped({ name }: DatabaseInfo, what: string): MigrateError {
  const message = `CouchDB accepted the request for database ${name}, but ${what}`;
  const next = `Check whether a proxy drops the query of requests; delete database ${name}, then run again.`;
  return new MigrateError("not-applied", { message, next, data: { database: name } });
}
