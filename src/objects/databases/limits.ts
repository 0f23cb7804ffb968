/** The limits of a database: they can be changed at any time, unlike what is fixed at its creation. */
import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { withReason } from "../../couch/refused-without-reason.js";

export interface Limits {
  readonly revsLimit?: number;
  readonly purgedInfosLimit?: number;
}

/** The names of the limits in steps and in CouchDB's paths. */
const paths = { revsLimit: "_revs_limit", purgedInfosLimit: "_purged_infos_limit" } as const;

export type LimitName = keyof typeof paths;

export const limitNames = Object.keys(paths) as readonly LimitName[];

/** CouchDB's default of each limit. */
export const defaultLimit = 1_000;

/** The first version that has `_purged_infos_limit`. */
export const purgedInfosSince = "2.3";

export function limitsIn(values: Limits): [LimitName, number][] {
  return limitNames.flatMap((name): [LimitName, number][] => {
    const value = values[name];
    return value === undefined ? [] : [[name, value]];
  });
}

export function limitNamesIn(values: Limits): LimitName[] {
  return limitsIn(values).map(([name]) => name);
}

/** Reads these limits. Without those that the server does not have, and without any if the database does not exist. */
export async function readLimits(couch: Couch, database: string, names: readonly LimitName[]): Promise<Limits> {
  const read = await Promise.all(
    names.map(async (name) => {
      const { status, body } = await couch.read<unknown>(path`/${database}/${paths[name]}`, {
        accept: [400, 404, 405],
      });
      return status === 200 && typeof body === "number" ? [[name, body] as const] : [];
    }),
  );
  return Object.fromEntries(read.flat());
}

/** CouchDB's answer does not name what it stored, so the limits are read again. */
export async function writeLimits(couch: Couch, database: string, limits: Limits): Promise<void> {
  for (const [name, body] of limitsIn(limits)) {
    const at = path`/${database}/${paths[name]}`;
    await withReason(couch, database, at, () => couch.write("PUT", at, { body, repeatable: true }));
  }
  const stored = await readLimits(couch, database, limitNamesIn(limits));
  for (const [name, asked] of limitsIn(limits)) {
    if (stored[name] === asked) continue;
    const message = `CouchDB accepted ${paths[name]} of database ${database}, but it is ${stored[name] ?? "absent"}, not ${asked}`;
    throw new MigrateError("not-applied", { message, data: { database } });
  }
}
