/** A big database with a design document, and versions of the files that change it. */
import {
  type ApplyOptions,
  abortStage,
  apply,
  type Migrations,
  plan,
  type StageOptions,
  stage,
  status,
} from "../../../src/index.js";
import { bigDatabase, docOf } from "../../steps/design-docs/big-database.js";
import { freshDatabase } from "../../support/databases.js";
import { must, request } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { filesOf } from "../own-set.js";

/** Just enough to be worth staging. */
export const documents = 1_100;

export const viewWith = (key: string) => ({ map: `function (doc) { emit(${key}, null); }` });

/** The files whose view emits `key`. */
export function versionOf(database: string, key: string, more: object = {}): Promise<Migrations> {
  const docs = { brood: docOf(viewWith(key)) };
  return filesOf(JSON.stringify([{ id: "views", ensureDesignDocs: { database, docs, ...more } }]));
}

export interface Scene {
  readonly database: string;
  readonly ledger: string;
  stage(files: Migrations, more?: Partial<StageOptions>): ReturnType<typeof stage>;
  apply(files: Migrations, more?: Partial<ApplyOptions>): ReturnType<typeof apply>;
  plan(files: Migrations): ReturnType<typeof plan>;
  status(files?: Migrations): ReturnType<typeof status>;
  abort(more?: Partial<StageOptions>): ReturnType<typeof abortStage>;
  /** The ledger document, as text. */
  ledgerText(): Promise<string>;
  registry(): Promise<{ aborts: number; groups: { name: string; databases: string[] }[] } | undefined>;
}

export async function scene({ set = "default", url = server().url, database = "", ledger = "" } = {}): Promise<Scene> {
  const { admin } = server();
  const place = ledger === "" ? await freshDatabase("ledger") : ledger;
  const on = database === "" ? await bigDatabase(server(), documents) : database;
  const connection = { url, username: admin.name, password: admin.password };
  const options = { connection, ledgerDatabase: place, set, wait: 5_000, leaseTtl: 10_000 };
  const read = async (path: string) => (await request(server(), "GET", `/${place}/${path}`)).body;
  return {
    database: on,
    ledger: place,
    stage: (files, more = {}) => stage(files, { ...options, ...more }),
    apply: (files, more = {}) => apply(files, { ...options, ...more }),
    plan: (files) => plan(files, options),
    status: (files) => status(files, options),
    abort: (more = {}) => abortStage({ ...options, ...more }),
    ledgerText: async () => JSON.stringify(await read(`_local/couchdb-migrate-${set}`)),
    registry: async () => {
      const body = await read(`staged-${set}`);
      return body.error ? undefined : body;
    },
  };
}

/** The signature of an index, and the changes that it lacks. */
export async function indexState(database: string, name: string): Promise<{ signature: string; pending: number }> {
  const { view_index } = await must(server(), "GET", `/${database}/_design/${encodeURIComponent(name)}/_info`);
  return { signature: view_index.signature, pending: view_index.updates_pending.total };
}

/** Resolves at the first sign of progress of the run that it listens to. */
export function firstProgress(): { readonly emit: StageOptions["emit"] & {}; readonly seen: Promise<void> } {
  let see = () => {};
  const seen = new Promise<void>((resolve) => {
    see = resolve;
  });
  return { emit: ({ type }) => void (type === "step-progress" && see()), seen };
}
