/** The objects that the steps of a set created. Pure. */
import type { Created, Entry } from "./ledger.js";

type ByDatabase = Readonly<Record<string, Created>>;

/** Most steps create one object. A longer list is cut, and `reset` leaves the rest on the server. */
const maxObjects = 100;

/**
 * What a step has created, after a run in which it created `now`. Objects in a database that was recreated are gone.
 *
 * @param incarnations of the databases of the run
 */
export function nextCreated(
  before: ByDatabase | undefined = {},
  now: ByDatabase | undefined = {},
  incarnations: Entry["databases"],
): ByDatabase | undefined {
  const all = Object.entries(before).filter(([database, { incarnation }]) => {
    return (incarnations[database] ?? incarnation) === incarnation;
  });
  const next = new Map(all);
  for (const [database, { incarnation, objects }] of Object.entries(now)) {
    const earlier = next.get(database)?.objects ?? [];
    next.set(database, { incarnation, objects: [...new Set([...earlier, ...objects])].slice(0, maxObjects) });
  }
  return next.size === 0 ? undefined : Object.fromEntries(next);
}
