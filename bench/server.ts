/** The CouchDB under test: `COUCHDB_URL`, or a throwaway node of the CouchDB at `COUCHDB_HOME`. */
import pMap from "p-map";
import { startCouchDB } from "../test/support/couchdb.js";
import { type Addressed, must, request } from "../test/support/request.js";

export interface BenchServer extends Addressed {
  /** The URL with credentials. */
  readonly fullUrl: string;
  readonly version: string;
  /** Deletes databases; missing ones are not an error. */
  remove(databases: readonly string[]): Promise<void>;
  /** Deletes these users from `_users`. */
  removeUsers(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The tool's own database. It must not exist at the start, because a fresh install creates it. */
export const ledgerDatabase = "couchdb-migrate";

export async function openServer(): Promise<BenchServer> {
  const given = process.env.COUCHDB_URL;
  // The tests let CouchDB commit indexes sooner than by default.
  const ini = { query_server_config: { commit_freq: 5 } };
  const node = given === undefined ? await startCouchDB({ ini }) : undefined;
  const server = node ?? addressed(given ?? "");
  const fullUrl = server.url.replace(
    "//",
    `//${encodeURIComponent(server.admin.name)}:${encodeURIComponent(server.admin.password)}@`,
  );
  const { version } = await must(server, "GET", "/");
  if ((await request(server, "GET", `/${ledgerDatabase}`)).status !== 404) {
    throw new Error(
      `the benchmark removes the database ${ledgerDatabase}, but this server has one: give it a server of its own`,
    );
  }
  const remove = async (databases: readonly string[]) => {
    await pMap(databases, (name) => request(server, "DELETE", `/${name}`), { concurrency: 8 });
  };
  return {
    url: server.url,
    admin: server.admin,
    fullUrl,
    // A build of the sources of a release calls itself "-dirty" when other files lie beside them.
    version: version.replace(/-dirty$/, ""),
    remove,
    async removeUsers(names) {
      const keys = names.map((name) => `org.couchdb.user:${name}`);
      const { rows } = await must(server, "POST", "/_users/_all_docs", { body: { keys } });
      const docs = rows.flatMap((row: { id?: string; value?: { rev: string; deleted?: boolean } }) =>
        row.value && !row.value.deleted ? [{ _id: row.id, _rev: row.value.rev, _deleted: true }] : [],
      );
      await must(server, "POST", "/_users/_bulk_docs", { body: { docs } });
    },
    async close() {
      await remove([ledgerDatabase]);
      await node?.close();
    },
  };
}

function addressed(given: string): Addressed {
  const url = new URL(given);
  const name = decodeURIComponent(url.username) || (process.env.COUCHDB_USERNAME ?? "");
  const password = decodeURIComponent(url.password) || (process.env.COUCHDB_PASSWORD ?? "");
  return { url: url.origin, admin: { name, password } };
}
