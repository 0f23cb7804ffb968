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
import { readIfAllowed } from "../couch/read-if-allowed.js";
import type { LedgerPlace } from "./place.js";

interface DatabaseInfo {
  readonly doc_count: number;
  readonly doc_del_count: number;
}

export type SecurityObject = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Members could overwrite the ledger, and CouchDB 1.x and 2.x give everyone access by default. */
const adminOnly = {
  admins: { names: [], roles: ["_admin"] },
  members: { names: [], roles: ["_admin"] },
} as const;

/** How long after concurrent creations through different nodes the nodes may disagree about the database. */
const settling = 5_000;

/**
 * Creates the database if it is the default one and missing. Resolves when the lease may be written to it. Call this
 * before every `takeLease`. Throws `invalid-settings` if the user named a database that does not exist.
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
 * Concurrent `PUT /db` requests through different nodes can give nodes different shard maps for a few seconds, in
 * which two runners may both get the lease. Telling how old a database is would need a comparison of the server's
 * clock with ours; telling whether it may be used does not: every runner waits before its first document, so any
 * document of any set, deleted or not, proves that a full wait has passed since the creation. If there is none, we
 * wait ourselves, from the moment when we saw that it exists: at most once in a database's life, unless several
 * runners create it at the same time.
 */
function isYoung(info: DatabaseInfo): boolean {
  return info.doc_count + info.doc_del_count === 0;
}

async function create(couch: Couch, place: LedgerPlace, signal: AbortSignal): Promise<DatabaseInfo> {
  // Concurrent creations only do harm through different nodes.
  const cluster = await isCluster(couch);
  if (cluster) await jitter(200, signal);
  let problem: unknown;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const info = cluster || attempt > 0 ? await readInfo(couch, place, signal) : undefined;
    if (info) return info;
    // It has been repeated long enough that this is not the result of concurrent creations.
    if (problem instanceof MigrateError && isUnexplainedError(problem)) throw problem;
    try {
      // 412: it exists (all runners may get this if they create it at the same time). 500 may also come from
      // concurrent creations: only the next check shows it.
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
  // Not read back: another node of a cluster may return the old value for seconds.
  await couch.write("PUT", security, { body: adminOnly, repeatable: true });
}

/** Whether only server admins may read and write the database. */
export function isAdminOnly({ admins, members, ...others }: SecurityObject): boolean {
  const present = { admins: { names: [], ...admins }, members: { names: [], ...members }, ...others };
  return isDeepStrictEqual(present, adminOnly);
}

/** If the login may not read the list of nodes, the server counts as a cluster, to be safe. */
async function isCluster(couch: Couch): Promise<boolean> {
  if ((await couch.version()).startsWith("1.")) return false;
  const members = await readIfAllowed<{ readonly cluster_nodes: readonly string[] }>(couch, path`/_membership`);
  return members?.cluster_nodes.length !== 1;
}

async function readInfo(couch: Couch, place: LedgerPlace, signal: AbortSignal): Promise<DatabaseInfo | undefined> {
  const answer = await couch.read<DatabaseInfo>(path`/${place.database}`, { accept: [404], fresh: true, signal });
  return answer.status === 404 ? undefined : answer.body;
}

function isRace(error: unknown): boolean {
  return mayHaveHappened(error) || (error instanceof MigrateError && error.code === "conflict");
}
