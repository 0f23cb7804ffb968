/** How far CouchDB is with the index of a design document, on all copies that tell. */
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { type DesignDoc, idOf, viewNames } from "./design-doc.js";

export interface IndexState {
  /** Changes that the index lacks, over all copies. */
  readonly pending: number;
  /** Of the builds under way, on all nodes. */
  readonly done: number;
  readonly total: number;
  readonly building: boolean;
  /** Part of it is in memory only: it would be lost with the last design document that is known to use it. */
  readonly uncommitted: boolean;
  readonly signature: string;
}

interface Info {
  readonly view_index: {
    readonly signature: string;
    readonly updater_running?: boolean;
    readonly waiting_commit?: boolean;
    /** Absent before 2.0. */
    readonly updates_pending?: { readonly total?: number };
    readonly update_seq?: unknown;
  };
}

interface Task {
  readonly type?: string;
  readonly database?: string;
  readonly design_document?: string;
  readonly changes_done?: number;
  readonly total_changes?: number;
}

/** Undefined: there is no such design document. */
export async function indexState(couch: Couch, database: string, name: string): Promise<IndexState | undefined> {
  const about = await couch.read<Info>(path`/${database}/_design/${name}/_info`, { accept: [404], fresh: true });
  if (about.status === 404) return undefined;
  const tasks = await tasksOf(couch, database, name);
  const { signature, updater_running = false, waiting_commit = false, ...index } = about.body.view_index;
  return {
    pending: index.updates_pending?.total ?? (await pendingBySequence(couch, database, index.update_seq)),
    done: sum(tasks.map(({ changes_done = 0 }) => changes_done)),
    total: sum(tasks.map(({ total_changes = 0 }) => total_changes)),
    building: updater_running || tasks.length > 0,
    uncommitted: waiting_commit,
    signature,
  };
}

/** The tasks of every node of the cluster; none where only server admins may see them. */
async function tasksOf(couch: Couch, database: string, name: string): Promise<readonly Task[]> {
  const options = { accept: [401, 403, 404], fresh: true };
  const { status, body } = await couch.read<readonly Task[]>(path`/_active_tasks`, options);
  if (status !== 200 || !Array.isArray(body)) return [];
  return (body as readonly Task[]).filter(
    (task) =>
      task.type === "indexer" && databaseIn(task.database ?? "") === database && task.design_document === idOf(name),
  );
}

/** `shards/00000000-7fffffff/zerglings.1700000000`, or on 1.x the plain name. */
function databaseIn(place: string): string {
  return /^shards\/[0-9a-f-]+\/(.*)\.\d+$/.exec(place)?.[1] ?? place;
}

async function pendingBySequence(couch: Couch, database: string, indexed: unknown): Promise<number> {
  const { body } = await couch.read<{ update_seq?: unknown }>(path`/${database}`, { fresh: true });
  const now = body.update_seq;
  return typeof now === "number" && typeof indexed === "number" ? Math.max(0, now - indexed) : 0;
}

/**
 * Asks for the build, and waits for nothing. All views of a design document are one index: any of them will do.
 * Without `autoupdate: false` CouchDB begins by itself, but not again after a restart.
 */
export async function triggerBuild(couch: Couch, database: string, name: string, doc: DesignDoc): Promise<void> {
  const [view = ""] = viewNames(doc);
  const query = { update: "lazy", limit: 0 };
  // Views of a partition refuse (400) to be asked as a whole: CouchDB's own indexer builds them.
  await couch.read(path`/${database}/_design/${name}/_view/${view}`, {
    query: { ...query, ...(hasReduce(doc, view) ? { reduce: false } : {}) },
    accept: [400, 404],
    fresh: true,
  });
}

function hasReduce({ views }: DesignDoc, view: string): boolean {
  const found = (views as Readonly<Record<string, { readonly reduce?: unknown } | undefined>>)[view];
  return found?.reduce !== undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
