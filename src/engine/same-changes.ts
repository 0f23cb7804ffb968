import type { Change, PlacedChange } from "../contract/results.js";
import { groupBy } from "../text/group-by.js";

/** Changes that are the same in several databases are one: a thousand tenants must not make a plan a thousand times as long. */
export function placedChanges(
  places: readonly { readonly database: string | undefined; readonly changes: readonly Change[] }[],
): PlacedChange[] {
  const all = places.flatMap(({ database, changes }) => changes.map((change) => ({ database, change })));
  return [...groupBy(all, ({ change }) => JSON.stringify(change)).values()].flatMap((same): PlacedChange[] => {
    const [first] = same;
    if (!first) return [];
    const databases = [...new Set(same.flatMap(({ database }) => database ?? []))];
    const [database, ...others] = databases;
    if (database === undefined) return same.map(({ change }) => change);
    return [{ ...first.change, ...(others.length > 0 ? { databases } : { database }) }];
  });
}
