/** The state of a design document's index in CouchDB, over all copies that report it. */
import { crc32 } from "node:zlib";
import type { Answer, Couch, Query } from "../../couch/couch.js";
import { inventoryOf } from "../../couch/inventory.js";
import { type Path, path } from "../../couch/path.js";
import { readIfAllowed } from "../../couch/read-if-allowed.js";
import { membersOf } from "../../text/json.js";
import { type DesignDoc, idOf, viewNames } from "./design-doc.js";

export interface IndexState {
  /** The changes that the index lacks, in the copies that answered first: at least one per range. */
  readonly pending: number;
  /** The changes that the index lacks in one copy per range: the most up-to-date one of those that answered. */
  readonly least: number;
  /** The changes done by running builds, on all nodes. */
  readonly done: number;
  readonly total: number;
  readonly building: boolean;
  /**
   * Part of it is only in memory: it would be lost if the last design document that is known to use it were deleted,
   * or if CouchDB closed the database because too many others are in use.
   */
  readonly uncommitted: boolean;
  readonly signature: string;
}

/** Milliseconds: enough for every node to receive the request. */
const brokenOffAfter = 1_000;

interface Info {
  readonly view_index: {
    readonly signature: string;
    readonly updater_running?: boolean;
    readonly waiting_commit?: boolean;
    readonly waiting_clients?: number;
    /** Missing before 2.0. */
    readonly updates_pending?: { readonly total?: number; readonly minimum?: number };
    readonly update_seq?: unknown;
    /** Missing before 2.0. */
    readonly sizes?: { readonly file?: number };
  };
}

interface Task {
  readonly type?: string;
  readonly database?: string;
  readonly design_document?: string;
  readonly changes_done?: number;
  readonly total_changes?: number;
}

/** Undefined: the design document does not exist. @param of `one copy` omits the progress, which `_info` lacks */
export async function indexState(
  couch: Couch,
  database: string,
  name: string,
  of: "all nodes" | "one copy" = "all nodes",
): Promise<IndexState | undefined> {
  const index = await infoOf(couch, database, name);
  if (!index) return undefined;
  const tasks = of === "one copy" ? [] : await tasksOf(couch, database, name);
  const { signature, updater_running = false, waiting_commit = false } = index;
  const pending = await pendingIn(couch, database, index);
  return {
    pending,
    least: index.updates_pending?.minimum ?? pending,
    done: sum(tasks.map(({ changes_done = 0 }) => changes_done)),
    total: sum(tasks.map(({ total_changes = 0 }) => total_changes)),
    building: updater_running || tasks.length > 0,
    uncommitted: waiting_commit,
    signature,
  };
}

/** The changes that an index lacks, in the copies that answered. Undefined: the design document does not exist. */
export async function pendingOf(couch: Couch, database: string, name: string): Promise<number | undefined> {
  const index = await infoOf(couch, database, name);
  return index && pendingIn(couch, database, index);
}

/** The same, with the size of the index on disk. */
export async function sizeOf(
  couch: Couch,
  database: string,
  name: string,
): Promise<{ readonly pending: number; readonly bytes?: number } | undefined> {
  const index = await infoOf(couch, database, name);
  if (!index) return undefined;
  const bytes = index.sizes?.file;
  return { pending: await pendingIn(couch, database, index), ...(bytes === undefined ? {} : { bytes }) };
}

/** How many queries wait until the index is up to date. */
export async function waitingQueries(couch: Couch, database: string, name: string): Promise<number> {
  return (await infoOf(couch, database, name))?.waiting_clients ?? 0;
}

async function infoOf(couch: Couch, database: string, name: string): Promise<Info["view_index"] | undefined> {
  const options = { accept: [404], fresh: true };
  const { status, body } = await couch.read<Info>(path`/${database}/_design/${name}/_info`, options);
  return status === 404 ? undefined : body.view_index;
}

/** The number of changes that running builds of the database still have to read; 0 if the user is no server admin. */
export async function viewLag(couch: Couch, database: string): Promise<number> {
  const tasks = await buildsIn(couch, database);
  return sum(tasks.map(({ changes_done = 0, total_changes = 0 }) => Math.max(0, total_changes - changes_done)));
}

async function tasksOf(couch: Couch, database: string, name: string): Promise<readonly Task[]> {
  return (await buildsIn(couch, database)).filter((task) => task.design_document === idOf(name));
}

/** The builds on every node of the cluster; empty if the user may not read them. */
async function buildsIn(couch: Couch, database: string): Promise<readonly Task[]> {
  const tasks = await readIfAllowed<readonly Task[]>(couch, path`/_active_tasks`, { fresh: true });
  if (!Array.isArray(tasks)) return [];
  return (tasks as readonly Task[]).filter(
    (task) => task.type === "indexer" && databaseIn(task.database ?? "") === database,
  );
}

/** `shards/00000000-7fffffff/zerglings.1700000000`, or on 1.x just the name. */
function databaseIn(place: string): string {
  return /^shards\/[0-9a-f-]+\/(.*)\.\d+$/.exec(place)?.[1] ?? place;
}

async function pendingIn(couch: Couch, database: string, index: Info["view_index"]): Promise<number> {
  const { updates_pending, update_seq: indexed } = index;
  if (updates_pending?.total !== undefined) return updates_pending.total;
  const { body } = await couch.read<{ update_seq?: unknown }>(path`/${database}`, { fresh: true });
  const now = body.update_seq;
  return typeof now === "number" && typeof indexed === "number" ? Math.max(0, now - indexed) : 0;
}

/**
 * Triggers the build without waiting for it. All views of a design document share one index, so any of them will do.
 * CouchDB's own indexer is not enough: it only starts after a write, and does not resume after a restart.
 */
export async function triggerBuild(
  couch: Couch,
  database: string,
  name: string,
  doc: DesignDoc,
  signal: AbortSignal,
): Promise<void> {
  const { places, query, n } = await queriesFor(couch, database, name, doc);
  for (const at of places) await askForBuild(couch, at, query, n, signal);
}

/**
 * Waits for the build, but not for longer than a second: a small build ends this wait, so that the next one can begin
 * immediately. If there are several copies, `triggerBuild` has waited that long.
 */
export async function awaitSmallBuild(
  couch: Couch,
  database: string,
  name: string,
  doc: DesignDoc,
  signal: AbortSignal,
): Promise<void> {
  const { places, query, n } = await queriesFor(couch, database, name, doc);
  if (n > 1) return;
  const brief = AbortSignal.timeout(brokenOffAfter);
  for (const at of places) {
    if (!brief.aborted) await askAndBreakOff(couch, at, query, brief, signal);
  }
}

/** The queries that need the index, and how many copies it has. */
async function queriesFor(couch: Couch, database: string, name: string, doc: DesignDoc) {
  const [view = ""] = viewNames(doc);
  const { n = 1 } = (await inventoryOf(couch).info(database)) ?? {};
  return { places: await placesToAsk(couch, database, name, doc, view), query: rowsOnly(doc, view), n };
}

/**
 * The queries that reach every shard. A partitioned view has to be queried once per shard, with a partition in that
 * shard, which may be empty.
 */
export async function placesToAsk(
  couch: Couch,
  database: string,
  name: string,
  doc: DesignDoc,
  view: string,
): Promise<readonly Path[]> {
  const { q = 1, partitioned = false } = (await inventoryOf(couch).info(database)) ?? {};
  if (!partitioned || membersOf(doc.options).partitioned === false) {
    return [path`/${database}/_design/${name}/_view/${view}`];
  }
  return onePartitionAShard(q).map(
    (partition) => path`/${database}/_partition/${partition}/_design/${name}/_view/${view}`,
  );
}

/**
 * A query that does not wait (`lazy`) is answered by the first copy, before the others have started. So if there are
 * several copies, a second query makes all of them build, and is then aborted.
 */
async function askForBuild(couch: Couch, at: Path, query: Query, copies: number, signal: AbortSignal): Promise<void> {
  const { status } = await askLazily(couch, at, query);
  if (copies < 2 || status !== 200) return;
  await askAndBreakOff(couch, at, query, AbortSignal.timeout(brokenOffAfter), signal);
}

/** A query that waits for the build, up to a time limit. */
async function askAndBreakOff(
  couch: Couch,
  at: Path,
  query: Query,
  brief: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  const waiting = { query: { ...query, limit: 0 }, accept: [400, 404, 500], fresh: true };
  await couch.read(at, { ...waiting, signal: AbortSignal.any([brief, signal]) }).catch((error: unknown) => {
    if (!brief.aborted) throw error;
  });
}

/**
 * Makes CouchDB open the index and add the few changes since the build, so that no reader has to wait for that. With
 * `stable`, one copy of each shard answers, and CouchDB updates all others, too. Without, it stops all that did not
 * answer first.
 */
export async function warmIndex(couch: Couch, database: string, name: string, doc: DesignDoc): Promise<void> {
  const [view = ""] = viewNames(doc);
  const query = rowsOnly(doc, view);
  for (const at of await placesToAsk(couch, database, name, doc, view)) {
    await askLazily(couch, at, { ...query, stable: true });
  }
}

function askLazily(couch: Couch, at: Path, query: Query): Promise<Answer> {
  return couch.read(at, { query: { ...query, update: "lazy", limit: 0 }, accept: [400, 404], fresh: true });
}

/** Names of partitions, which need not exist. CouchDB assigns them by CRC-32, to `q` equal ranges. */
function onePartitionAShard(q: number): string[] {
  const found = new Map<number, string>();
  for (let i = 0; found.size < q; i += 1) {
    const range = Math.floor(crc32(`p${i}`) / (2 ** 32 / q));
    if (!found.has(range)) found.set(range, `p${i}`);
  }
  return [...found.values()];
}

function rowsOnly({ views }: DesignDoc, view: string): Query {
  const found = (views as Readonly<Record<string, { readonly reduce?: unknown } | undefined>>)[view];
  return found?.reduce === undefined ? {} : { reduce: false };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
