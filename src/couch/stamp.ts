/**
 * A stamp shows in one request that databases have not changed. A caller that stores a stamp for a later run need not
 * know its content: where it is worthwhile, the revisions of shard maps, which are read without opening a database.
 */
import { isObject, isStringArray } from "../text/json.js";
import type { Databases } from "./databases.js";
import { worthAListing } from "./shard-maps.js";

export interface Stamp {
  /** The databases to check, each with its incarnation; `null`: it does not exist. */
  readonly databases: Readonly<Record<string, string | null>>;
  /** Shard map revisions of the existing databases. Absent: there are too few databases, or they can't be read. */
  readonly shardMaps?: Readonly<Record<string, string>>;
}

/** @param existing incarnations of the databases that exist */
export function stampOf(server: Databases, names: readonly string[], existing: ReadonlyMap<string, string>): Stamp {
  const databases = Object.fromEntries(names.map((name) => [name, existing.get(name) ?? null]));
  const there = names.filter((name) => existing.has(name));
  const known = there.flatMap((name) => {
    const map = server.shardMap(name);
    return map && map.incarnation === existing.get(name) ? [[name, map.rev] as const] : [];
  });
  if (names.length < worthAListing || known.length < there.length) return { databases };
  return { databases, shardMaps: Object.fromEntries(known) };
}

/** Asks the server. False: the databases have changed, or this can't be determined. */
export async function isAsStamped(server: Databases, { databases, shardMaps: before }: Stamp): Promise<boolean> {
  const names = Object.keys(databases);
  const now = before && (await server.shardMapRevisions(names));
  if (now) return names.every((name) => now.get(name) === before[name]);
  const same = names.map(async (name) => ((await server.info(name))?.incarnation ?? null) === databases[name]);
  return !(await Promise.all(same)).includes(false);
}

/** Whether this version can read it. */
export function isStamp(value: unknown): value is Stamp {
  if (!isObject(value)) return false;
  const { databases, shardMaps = {} } = value;
  return (
    isObject(databases) &&
    Object.values(databases).every((incarnation) => incarnation === null || typeof incarnation === "string") &&
    isObject(shardMaps) &&
    isStringArray(Object.values(shardMaps))
  );
}
