/**
 * The shard maps of databases, from the node that answers: one listing for any number of databases, which opens none
 * of them. `_dbs_info` opens every shard of each database.
 *
 * A map is a document. It is created and deleted with its database, so its revision distinguishes incarnations. It
 * also changes when shards are moved: a changed revision may mean the same incarnation, but a new incarnation always
 * has another revision.
 */

import { MigrateError } from "../contract/errors.js";
import type { Couch, Query } from "./couch.js";
import { path } from "./path.js";
import { patternTest } from "./pattern.js";
import { readIfAllowed } from "./read-if-allowed.js";

export interface ShardMap {
  readonly rev: string;
  /** The same value as in `_dbs_info` since CouchDB 3.3. */
  readonly incarnation: string;
}

/** From this number of databases on, a listing costs less than one request per database. */
export const worthAListing = 4;

/** How many other databases the listing may include between the requested ones. */
const others = 400;

/**
 * Results by database; if a database has no map, it does not exist as far as this node knows. `undefined`: the
 * listing can't be read. It needs a server admin, CouchDB 2.1, and no proxy that blocks `/_node`.
 *
 * @param names one or more
 * @param known maps that were read before: only those with another revision are read again
 */
export async function shardMaps(
  couch: Couch,
  names: readonly string[],
  known: ReadonlyMap<string, ShardMap> = new Map(),
): Promise<ReadonlyMap<string, ShardMap> | undefined> {
  if (known.size === 0) return wholeMaps(couch, names);
  const revisions = await shardMapRevisions(couch, names);
  if (!revisions) return undefined;
  const same = new Map([...known].filter(([name, { rev }]) => revisions.get(name) === rev));
  const others = [...revisions.keys()].filter((name) => !same.has(name));
  if (others.length === 0) return same;
  const read = await wholeMaps(couch, others);
  // They may be too far apart for one listing.
  return read ? new Map([...same, ...read]) : wholeMaps(couch, names);
}

async function wholeMaps(couch: Couch, names: readonly string[]): Promise<ReadonlyMap<string, ShardMap> | undefined> {
  const rows = await listNames(couch, names, true);
  if (!rows) return undefined;
  const maps = rows.map(({ id, value: { rev }, doc }) => [id, { rev, incarnation: incarnationOf(doc) }] as const);
  return maps.every(([, { incarnation }]) => incarnation !== undefined)
    ? new Map(maps as (readonly [string, ShardMap])[])
    : undefined;
}

/** Reads only their revisions, which is much less work. */
export async function shardMapRevisions(
  couch: Couch,
  names: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const rows = await listNames(couch, names, false);
  return rows && revisionsOf(rows);
}

/**
 * The revisions of all maps whose database matches the pattern. `undefined`: as above, or there are many more than
 * expected.
 */
export async function matchingRevisions(
  couch: Couch,
  pattern: string,
  expected: number,
): Promise<ReadonlyMap<string, string> | undefined> {
  const [prefix = ""] = pattern.split("*", 1);
  const range = { start_key: JSON.stringify(prefix), end_key: JSON.stringify(`${prefix}\uffff`) };
  const rows = await list(couch, range, expected + others, false);
  const matches = patternTest(pattern);
  return rows && revisionsOf(rows.filter(({ id }) => matches(id)));
}

interface Row {
  readonly id: string;
  readonly value: { readonly rev: string };
  readonly doc?: { readonly shard_suffix?: unknown };
}

async function listNames(couch: Couch, names: readonly string[], wholly: boolean): Promise<readonly Row[] | undefined> {
  const rows = await list(couch, fromFirstToLast(names), names.length + others, wholly);
  const wanted = new Set(names);
  return rows?.filter(({ id }) => wanted.has(id));
}

async function list(couch: Couch, range: Query, limit: number, wholly: boolean): Promise<readonly Row[] | undefined> {
  const query = { ...range, limit, include_docs: wholly || undefined };
  const at = path`/_node/_local/_dbs/_all_docs`;
  const answer = await readIfAllowed<{ readonly rows: readonly Row[] }>(couch, at, { query }).catch(passOver);
  return answer && answer.rows.length < limit ? answer.rows : undefined;
}

function revisionsOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(rows.map(({ id, value: { rev } }) => [id, rev]));
}

/** A proxy in front of CouchDB may not pass this path on, and may refuse it with any error. */
function passOver(error: unknown): undefined {
  if (error instanceof MigrateError && elsewhere.has(error.code)) return undefined;
  throw error;
}

const elsewhere: ReadonlySet<string> = new Set(["not-couchdb", "wrong-address", "request-failed"]);

/**
 * The query for a listing by names, in the order in which CouchDB sorts the ids of its shard maps: by byte, which for
 * names of databases is by character.
 */
export function fromFirstToLast(names: readonly string[]): Query {
  const first = names.reduce((one, other) => (other < one ? other : one));
  const last = names.reduce((one, other) => (other > one ? other : one));
  return { start_key: JSON.stringify(first), end_key: JSON.stringify(last) };
}

/** The suffix is `.1732000000`, as a list of character codes. */
function incarnationOf(map: Row["doc"]): string | undefined {
  const suffix = map?.shard_suffix;
  if (!Array.isArray(suffix) || !suffix.every(Number.isInteger)) return undefined;
  return String.fromCharCode(...suffix).slice(1);
}
