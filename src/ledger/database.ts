/** The database of ledger, lease and history. */
import { isDeepStrictEqual } from "node:util";
import { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { Couch } from "../couch/couch.js";
import { isUnexplainedError } from "../couch/full-disk.js";
import { inventoryOf } from "../couch/inventory.js";
import { mayHaveHappened } from "../couch/lost-answer.js";
import { path } from "../couch/path.js";
import { jitter, pause } from "../couch/pause.js";
import type { LedgerPlace } from "./place.js";

interface DatabaseInfo {
  readonly doc_count: number;
  readonly doc_del_count: number;
}

export type SecurityObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Members could overwrite the ledger; CouchDB 1.x and 2.x let everybody in by default. */
const adminOnly = {
  admins: { names: [], roles: ["_admin"] },
  members: { names: [], roles: ["_admin"] },
} as const;

/** How long racing creations through different nodes may leave the database in two minds. */
const settling = 5_000;

/**
 * Makes the database where it is our own and missing; resolves when the lease may be written into it. To be called
 * before `takeLease`, every time. Throws `invalid-settings` where it is its user's and missing.
 */
export async function ensureLedgerDatabase(
  couch: Couch,
  place: LedgerPlace,
  { signal }: { readonly emit: Listener; readonly signal: AbortSignal },
): Promise<void> {
  let info = await readInfo(couch, place, signal);
  if (!place.own) {
    if (info) return;
    const message = `the ledger's database ${place.database} does not exist`;
    const next = "Create it first, or remove --ledger-database.";
    throw new MigrateError("invalid-settings", { message, next, data: { database: place.database } });
  }
  info ??= await create(couch, place, signal);
  couch.askInDoubt(place.database);
  await secure(couch, place);
  if (isYoung(info) && (await isCluster(couch))) await pause(settling, signal);
}

/**
 * Racing `PUT /db` through different nodes can leave nodes with different shard maps for a few seconds, in which two
 * runners may both get the lease. How old a database is would take comparing the server's clock with ours; whether it
 * may be used does not: every runner waits before its first document, so one document of any set, deleted or not,
 * proves that a whole wait has passed since the creation. Where there is none we wait ourselves, from when we saw it
 * exist: at most once in a database's life, but for runners that race to make it.
 */
function isYoung(info: DatabaseInfo): boolean {
  return info.doc_count + info.doc_del_count === 0;
}

async function create(couch: Couch, place: LedgerPlace, signal: AbortSignal): Promise<DatabaseInfo> {
  // Only through different nodes a race does harm.
  const cluster = await isCluster(couch);
  if (cluster) await jitter(200, signal);
  let problem: unknown;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const info = cluster || attempt > 0 ? await readInfo(couch, place, signal) : undefined;
    if (info) return info;
    // It has been repeated for long enough: no race ends so.
    if (problem instanceof MigrateError && isUnexplainedError(problem)) throw problem;
    try {
      // 412 exists (to all, in a race). 500 may be a race too: only the next look tells.
      await couch.write("PUT", path`/${place.database}`, { query: { q: 1 }, accept: [202, 412], repeatable: true });
      problem = undefined;
      if (!cluster && inventoryOf(couch).madeHere(place.database)) return { doc_count: 0, doc_del_count: 0 };
    } catch (error) {
      if (!isRace(error)) throw error;
      problem = error;
    }
    await jitter(50 * 2 ** attempt, signal);
  }
  throw (
    problem ??
    new MigrateError("request-failed", { message: `database ${place.database} was created, but does not exist` })
  );
}

async function secure(couch: Couch, place: LedgerPlace): Promise<void> {
  const security = path`/${place.database}/_security`;
  const { body } = await couch.read<SecurityObject>(security, { fresh: true });
  if (isAdminOnly(body)) return;
  // Not read back: another node of a cluster may show the old value for seconds after it was taken.
  await couch.write("PUT", security, { body: adminOnly, repeatable: true });
}

/** Whether only server admins may read and write the database. */
export function isAdminOnly({ admins, members, ...others }: SecurityObject): boolean {
  const present = { admins: { names: [], ...admins }, members: { names: [], ...members }, ...others };
  return isDeepStrictEqual(present, adminOnly);
}

/** Who may not ask, or asks a CouchDB 1.x, gets no list. No answer from a 2.x or newer: to be safe, a cluster. */
async function isCluster(couch: Couch): Promise<boolean> {
  if ((await couch.version()).startsWith("1.")) return false;
  const accept = [400, 401, 403, 404, 405];
  const { body } = await couch.read<{ cluster_nodes?: readonly string[] }>(path`/_membership`, { accept });
  return body.cluster_nodes?.length !== 1;
}

async function readInfo(couch: Couch, place: LedgerPlace, signal: AbortSignal): Promise<DatabaseInfo | undefined> {
  const answer = await couch.read<DatabaseInfo>(path`/${place.database}`, { accept: [404], fresh: true, signal });
  return answer.status === 404 ? undefined : answer.body;
}

function isRace(error: unknown): boolean {
  return mayHaveHappened(error) || (error instanceof MigrateError && error.code === "conflict");
}
