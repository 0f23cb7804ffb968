/**
 * A stamp shows in one request that databases have not changed. A caller that stores a stamp for a later run need not
 * know its content: where it is worthwhile, the revisions of shard maps, which are read without opening a database.
 */
import { isObject, isStringArray } from "../text/json.js";
import type { Databases } from "./databases.js";
import { isPattern, patternTest } from "./pattern.js";
import { type ShardMap, worthAListing } from "./shard-maps.js";

type Revisions = Readonly<Record<string, string>>;

/** By database: the revision of its shard map, and its incarnation. */
type Maps = Readonly<Record<string, readonly [rev: string, incarnation: string]>>;

export interface Stamp {
  /** The databases to check, each with its incarnation; `null`: it does not exist. */
  readonly databases: Readonly<Record<string, string | null>>;
  /** Shard map revisions of the existing databases. Absent: there are too few databases, or they can't be read. */
  readonly shardMaps?: Revisions;
  /** By pattern, the databases that match. */
  readonly matching: Readonly<Record<string, Maps>>;
}

/**
 * @param named names and patterns
 * @param existing incarnations of the databases that exist
 * @returns `undefined`: shard maps can't be read, so it can't be determined later whether another database matches a
 * pattern
 */
export function stampOf(
  server: Databases,
  named: readonly string[],
  existing: ReadonlyMap<string, string>,
): Stamp | undefined {
  const names = named.filter((name) => !isPattern(name));
  const databases = Object.fromEntries(names.map((name) => [name, existing.get(name) ?? null]));
  const maps =
    names.length < worthAListing ? undefined : mapsOf(server, existing, (name) => Object.hasOwn(databases, name));
  const shardMaps = maps && Object.fromEntries(Object.entries(maps).map(([name, [rev]]) => [name, rev]));
  const matching: Record<string, Maps> = {};
  for (const pattern of named.filter(isPattern)) {
    const maps = mapsOf(server, existing, patternTest(pattern));
    if (!maps) return undefined;
    matching[pattern] = maps;
  }
  return { databases, ...(shardMaps ? { shardMaps } : {}), matching };
}

/** Of the chosen databases that exist. `undefined`: not all are known. */
function mapsOf(
  server: Databases,
  existing: ReadonlyMap<string, string>,
  isChosen: (name: string) => boolean,
): Maps | undefined {
  const there = [...existing].filter(([name]) => isChosen(name));
  const known = there.flatMap(([name, incarnation]) => {
    const map = server.shardMap(name);
    return map?.incarnation === incarnation ? [[name, [map.rev, incarnation]] as const] : [];
  });
  return known.length < there.length ? undefined : Object.fromEntries(known);
}

/** The shard maps that a stamp contains, by database. */
export function shardMapsIn({ databases, shardMaps = {}, matching }: Stamp): ReadonlyMap<string, ShardMap> {
  const named = Object.entries(databases).flatMap(([name, incarnation]) => {
    const rev = shardMaps[name];
    return rev === undefined || incarnation === null ? [] : [[name, { rev, incarnation }] as const];
  });
  const matched = Object.values(matching).flatMap((maps) =>
    Object.entries(maps).map(([name, [rev, incarnation]]) => [name, { rev, incarnation }] as const),
  );
  return new Map([...named, ...matched]);
}

/**
 * Asks the server. False: the databases have changed, or this can't be determined.
 *
 * @param ignored may have appeared although they match a pattern
 */
export async function isAsStamped(
  server: Databases,
  { databases, shardMaps, matching }: Stamp,
  ignored: ReadonlySet<string>,
): Promise<boolean> {
  const same = await Promise.all([
    areAsStamped(server, databases, shardMaps),
    ...Object.entries(matching).map(([pattern, before]) => isNoneNew(server, pattern, before, ignored)),
  ]);
  return !same.includes(false);
}

async function areAsStamped(
  server: Databases,
  databases: Stamp["databases"],
  before: Revisions | undefined,
): Promise<boolean> {
  const names = Object.keys(databases);
  const now = before && (await server.shardMapRevisions(names));
  if (now) return names.every((name) => now.get(name) === before[name]);
  const same = names.map(async (name) => ((await server.info(name))?.incarnation ?? null) === databases[name]);
  return !(await Promise.all(same)).includes(false);
}

/** Nothing has to be done for a database that matched and was deleted. */
async function isNoneNew(
  server: Databases,
  pattern: string,
  before: Maps,
  ignored: ReadonlySet<string>,
): Promise<boolean> {
  const now = await server.matchingRevisions(pattern, Object.keys(before).length);
  return now !== undefined && [...now].every(([name, rev]) => before[name]?.[0] === rev || ignored.has(name));
}

/** Whether this version can read it. */
export function isStamp(value: unknown): value is Stamp {
  if (!isObject(value)) return false;
  const { databases, shardMaps = {}, matching } = value;
  return (
    isObject(databases) &&
    Object.values(databases).every((incarnation) => incarnation === null || typeof incarnation === "string") &&
    isRevisions(shardMaps) &&
    isObject(matching) &&
    Object.values(matching).every(isMaps)
  );
}

function isRevisions(value: unknown): value is Revisions {
  return isObject(value) && isStringArray(Object.values(value));
}

function isMaps(value: unknown): value is Maps {
  return isObject(value) && Object.values(value).every((map) => isStringArray(map) && map.length === 2);
}
