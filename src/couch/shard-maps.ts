/**
 * The shard maps of databases, as the node that answers holds them: one listing, however many databases, which opens
 * none of them. `_dbs_info` opens every shard of each.
 *
 * A map is a document. It is made with its database and deleted with it, so that its revision tells one incarnation from
 * the next. It changes as well when shards are moved: what looks new may be the same, but never the other way round.
 */
import type { Couch } from "./couch.js";
import { byBytes } from "./databases.js";
import { path } from "./path.js";

export interface ShardMap {
  readonly rev: string;
  /** As `_dbs_info` has it from CouchDB 3.3 on; only where it was asked for. */
  readonly incarnation?: string;
}

/** From so many databases on it costs less than to ask for each. */
export const worthAListing = 4;

/** How many other databases may lie between those that are asked for. */
const others = 400;

/**
 * By database; what has no map does not exist, as far as this node knows. `undefined`: it can't be had. It wants a
 * server admin, CouchDB 2.1, and nothing before CouchDB that keeps `/_node` to itself.
 *
 * @param names one or more
 */
export async function shardMaps(
  couch: Couch,
  names: readonly string[],
  { incarnations = false, signal }: { readonly incarnations?: boolean; readonly signal?: AbortSignal } = {},
): Promise<ReadonlyMap<string, ShardMap> | undefined> {
  const sorted = [...names].sort(byBytes);
  const limit = sorted.length + others;
  const { status, body } = await couch.read<{ readonly rows: readonly Row[] }>(path`/_node/_local/_dbs/_all_docs`, {
    query: {
      start_key: JSON.stringify(sorted.at(0)),
      end_key: JSON.stringify(sorted.at(-1)),
      limit,
      include_docs: incarnations || undefined,
    },
    accept: [400, 401, 403, 404, 405],
    fresh: true,
    keep: false,
    ...(signal ? { signal } : {}),
  });
  if (status !== 200 || body.rows.length >= limit) return undefined;
  const wanted = new Set(names);
  const rows = body.rows.filter(({ id }) => wanted.has(id));
  return new Map(rows.map(({ id, value: { rev }, doc }) => [id, { rev, ...incarnationOf(doc) }]));
}

interface Row {
  readonly id: string;
  readonly value: { readonly rev: string };
  readonly doc?: { readonly shard_suffix?: unknown };
}

/** The suffix is `.1732000000`, as a list of character codes. */
function incarnationOf(map: Row["doc"]): Pick<ShardMap, "incarnation"> {
  const suffix = map?.shard_suffix;
  if (!Array.isArray(suffix) || !suffix.every(Number.isInteger)) return {};
  return { incarnation: String.fromCharCode(...suffix).slice(1) };
}
