/** Restores a ledger that an earlier version has written, with the databases that it names. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { removeDatabase, uniqueName } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";

interface Document {
  readonly _id: string;
  readonly _rev: string;
}

interface Database {
  readonly incarnation: string;
  readonly security?: object;
  readonly docs: readonly Document[];
  readonly local?: readonly Document[];
}

export interface OldLedger {
  readonly version: string;
  readonly databases: Readonly<Record<string, Database>>;
}

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "fixtures");

/** The versions with a stored ledger. */
export const versions = readdirSync(fixtures);

/** The folder of a version: its migration files, and its ledger. */
export const folderOf = (version: string): string => join(fixtures, version);

/**
 * Returns the name of the ledger's database. Everything is as it was, including revisions, except for the incarnations:
 * the databases had to be recreated, so the ledger gets their present ones.
 */
export async function restore(version: string): Promise<string> {
  const old: OldLedger = JSON.parse(readFileSync(join(folderOf(version), "ledger.json"), "utf8"));
  const ledger = uniqueName("old-ledger");
  const at = (name: string) => (name === "couchdb-migrate" ? ledger : name);
  const names = Object.keys(old.databases).filter((name) => name !== "_users");
  onTestFinished(() => remove(old, names.map(at)));
  await remove(old, names.map(at));
  for (const name of names) await must(server(), "PUT", `/${at(name)}`);

  const now = new Map<string, string>();
  for (const name of Object.keys(old.databases)) {
    now.set(name, (await must(server(), "GET", `/${at(name)}`)).instance_start_time);
  }
  const current = <T>(value: T): T => {
    let text = JSON.stringify(value);
    for (const [name, { incarnation }] of Object.entries(old.databases))
      text = text.replaceAll(`"${name}":"${incarnation}"`, `"${name}":"${now.get(name)}"`);
    return JSON.parse(text);
  };

  const { _users: users, ...databases } = old.databases;
  // Without revisions: another test may have deleted the old revision, and it would stay deleted.
  for (const { _rev, ...user } of users?.docs ?? []) await must(server(), "PUT", `/_users/${user._id}`, { body: user });
  for (const [name, { security, docs, local = [] }] of Object.entries(databases)) {
    await must(server(), "POST", `/${at(name)}/_bulk_docs`, { body: { docs: docs.map(current), new_edits: false } });
    if (security) await must(server(), "PUT", `/${at(name)}/_security`, { body: security });
    for (const document of local) await putLocal(at(name), current(document));
  }
  return ledger;
}

/** CouchDB adds one to the revision that it is given. */
async function putLocal(database: string, { _rev, ...document }: Document): Promise<void> {
  const before = `0-${Number(_rev.slice(2)) - 1}`;
  const body = { ...document, _rev: before };
  const id = document._id.slice("_local/".length);
  await must(server(), "PUT", `/${database}/_local/${encodeURIComponent(id)}`, { body });
}

async function remove({ databases }: OldLedger, names: readonly string[]): Promise<void> {
  for (const name of names) await removeDatabase(name);
  for (const { _id } of databases._users?.docs ?? []) {
    const { status, body } = await request(server(), "GET", `/_users/${_id}`);
    if (status === 200) await must(server(), "DELETE", `/_users/${_id}?rev=${body._rev}`);
  }
}
