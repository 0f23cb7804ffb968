/**
 * What `stage` has built ahead for a set: one ordinary document in the ledger's database. It is written before the
 * staged documents, so that one read finds all of them, even those that no file names any more. A staged document that
 * no longer exists was deployed: readers ignore its row, and the next write drops it.
 */
import type { Couch } from "../couch/couch.js";
import { isObject, isStringArray } from "../text/json.js";
import { type LedgerPlace, stagedPath } from "./place.js";

/** One staged document, in several databases. */
export interface StagedGroup {
  /** Names of design documents, without `_design/`. */
  readonly designDoc: string;
  readonly name: string;
  /** The version of the files that it was staged for. */
  readonly version: string;
  /** ISO 8601. */
  readonly since: string;
  readonly databases: readonly string[];
}

export interface Registry {
  /** Undefined: there is no such document. */
  readonly rev: string | undefined;
  /** How many times everything was removed: a running `stage` sees here that its work was removed. */
  readonly aborts: number;
  readonly groups: readonly StagedGroup[];
}

/** One staged document in one database. */
export interface StagedRow extends Omit<StagedGroup, "databases"> {
  readonly database: string;
}

/** Sends one request. */
export async function readRegistry(couch: Couch, place: LedgerPlace): Promise<Registry> {
  const answer = await couch.read<Record<string, unknown>>(stagedPath(place), { accept: [404], fresh: true });
  if (answer.status === 404) return { rev: undefined, aborts: 0, groups: [] };
  const { _rev, aborts, groups } = answer.body;
  return {
    rev: typeof _rev === "string" ? _rev : undefined,
    aborts: typeof aborts === "number" ? aborts : 0,
    groups: Array.isArray(groups) ? groups.filter(isGroup) : [],
  };
}

/** Replaces what was read. The caller holds the lease. */
export async function writeRegistry(
  couch: Couch,
  place: LedgerPlace,
  { rev, aborts, groups }: Registry,
): Promise<void> {
  const body = { ...(rev === undefined ? {} : { _rev: rev }), type: "staged", aborts, groups };
  await couch.write("PUT", stagedPath(place), { body, repeatable: true });
}

export function rowsOf({ groups }: Pick<Registry, "groups">): StagedRow[] {
  return groups.flatMap(({ databases, ...group }) => databases.map((database) => ({ ...group, database })));
}

/** Identifies the document of a row. */
export function keyOf({ name, database }: Pick<StagedRow, "name" | "database">): string {
  return `${database}/${name}`;
}

/** The groups of these rows. Of two rows for one document, the first counts. */
export function groupRows(rows: readonly StagedRow[]): StagedGroup[] {
  const seen = new Set<string>();
  const groups = new Map<string, StagedGroup & { readonly databases: string[] }>();
  for (const { database, ...row } of rows) {
    const document = keyOf({ ...row, database });
    if (seen.has(document)) continue;
    seen.add(document);
    const key = JSON.stringify([row.designDoc, row.name, row.version, row.since]);
    const group = groups.get(key) ?? { ...row, databases: [] };
    group.databases.push(database);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function isGroup(value: unknown): value is StagedGroup {
  if (!isObject(value)) return false;
  const { designDoc, name, version, since, databases } = value;
  return [designDoc, name, version, since].every((text) => typeof text === "string") && isStringArray(databases);
}
