/** What `reset` removes of what a set has created, according to the ledgers. Pure. */
import { unknownIncarnation } from "../../couch/inventory.js";
import { isRemoval } from "../../kinds/traits.js";
import type { Created, Entry, Ledger } from "../../ledger/ledger.js";

export interface Removable {
  /** What is removed, by database; `""`: the server. */
  readonly objects: ReadonlyMap<string, readonly string[]>;
  /** What the set may have created, and why it stays. */
  readonly stays: readonly { readonly object: string; readonly why: string }[];
}

/** The databases that have to be looked up. */
export function placesOfCreated(ledger: Ledger | undefined): string[] {
  return [...new Set(createdOf(ledger).map(([database]) => database))].filter((database) => database !== "");
}

/**
 * @param existing the databases that exist, each with its incarnation
 * @param others the ledgers of the other sets
 */
export function removableOf(
  ledger: Ledger | undefined,
  existing: ReadonlyMap<string, string>,
  others: readonly Ledger[],
): Removable {
  const removed = new Set(entriesOf(ledger).flatMap((entry) => (isRemoval(entry) ? (entry.claims ?? []) : [])));
  const users = usersOf(others);
  const objects = new Map<string, readonly string[]>();
  const stays: Removable["stays"][number][] = [];
  for (const [database, { incarnation, objects: all }] of createdOf(ledger)) {
    if (database !== "" && !existing.has(database)) continue;
    const recreated = whyNot(incarnation, existing.get(database));
    const open = all.filter((one) => !removed.has(one));
    const reasons = open.map((object) => ({ object, why: recreated ?? whyKept(object, users) }));
    stays.push(...reasons.flatMap(({ object, why }) => (why === undefined ? [] : { object, why })));
    const gone = reasons.flatMap(({ object, why }) => (why === undefined ? object : []));
    objects.set(database, [...new Set([...(objects.get(database) ?? []), ...gone])]);
  }
  return { objects: withoutContents(objects), stays };
}

/** `undefined`: it is the same database, or the objects are on the server. */
function whyNot(then: string, now: string | undefined): string | undefined {
  if (now === undefined || (now === then && now !== unknownIncarnation)) return undefined;
  if (now === unknownIncarnation || then === unknownIncarnation)
    return "CouchDB before 3.3 does not tell whether a database was recreated";
  return "its database was recreated by somebody else";
}

function whyKept(object: string, users: ReadonlyMap<string, string>): string | undefined {
  if (object.startsWith("database/_")) return "CouchDB and other sets need it";
  const set = users.get(object);
  return set === undefined ? undefined : `the set ${set} uses it, too`;
}

/** The objects that other sets claim, and the databases that they work in, each with the name of a set. */
function usersOf(others: readonly Ledger[]): ReadonlyMap<string, string> {
  const used = others.flatMap((other) =>
    entriesOf(other).flatMap((entry) => {
      const databases = Object.keys(entry.databases).map((name) => `database/${name}`);
      return [...databases, ...(isRemoval(entry) ? [] : (entry.claims ?? []))].map((one) => [one, other.set] as const);
    }),
  );
  return new Map(used);
}

/** What is in a database that is deleted need not be removed. */
function withoutContents(objects: Removable["objects"]): Removable["objects"] {
  return new Map(
    [...objects].map(([database, all]) => {
      const whole = `database/${database}`;
      return [database, all.includes(whole) ? [whole] : all];
    }),
  );
}

function createdOf(ledger: Ledger | undefined): (readonly [string, Created])[] {
  return entriesOf(ledger).flatMap(({ created = {} }) => Object.entries(created));
}

function entriesOf(ledger: Ledger | undefined): Entry[] {
  return Object.values(ledger?.entries ?? {});
}
