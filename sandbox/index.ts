/**
 * An embedded server that answers as CouchDB does, for development and tests: one node, in memory. When it is closed,
 * its data is lost, unless it has a folder. The contract suite (test/contract) checks it and a real CouchDB 3.5 against
 * the same expectations.
 *
 * The functions of design documents run in a separate engine (views/function-thread.ts) and can't reach this process:
 * after an import, they are someone else's code. The regular expressions of selectors run there too.
 *
 * What it can't show:
 * - clusters: there is one node, every write is a 201, and no write ever falls below quorum;
 * - replication: documents in `_replicator` are stored, and nothing happens;
 * - `_active_tasks`: always empty, because a view is built within a moment when it is queried;
 * - how long an index takes to build, its size, `waiting_commit`: an index is saved as soon as it is built;
 * - which Mango index a query really uses: `_find` reads all documents and only follows the order of the index;
 * - continuous `_changes`, `_purge`, full-text search, shows, lists, updates and rewrites;
 * - the notation of numbers: `1.0` and `1e3` are read back as `1` and `1000`;
 * - documents nested more than 500 levels deep: it refuses them;
 * - the digests of revisions and of compressed attachments, sizes on disk, and the wording of syntax errors. Versions
 *   before 3.5 are emulated (see profile.ts), not compared with real ones.
 */

import type { AddressInfo } from "node:net";
import { createNode, type Node } from "./node.js";
import { loadPouch } from "./pouch.js";
import { createHttpServer } from "./server.js";
import { DataFolder } from "./storage/disk/data-folder.js";

export interface SandboxOptions {
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: 0, which takes any free port. */
  readonly port?: number;
  /** Passwords by name. They are stored hashed. */
  readonly admins?: Readonly<Record<string, string>>;
  /** Everyone is an admin until an admin is added to the configuration, as on CouchDB 1.x and 2.x. */
  readonly adminParty?: boolean;
  /** The version that `GET /` reports, by default 3.5.0. The server then behaves like that version. */
  readonly version?: string;
  /** Keeps the data in this folder, for the next start. One process at a time may use it. */
  readonly folder?: string;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT`, without credentials. */
  readonly url: string;
  readonly port: number;
  /** Also closes open connections. */
  close(): Promise<void>;
}

/** @throws Error if no admin is given, the optional packages are missing, or the port is taken */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", port: wantedPort = 0, admins = {}, adminParty = false, version = "3.5.0" } = options;
  if (Object.keys(admins).length === 0 && !adminParty) {
    throw new Error(
      "CouchDB does not start without an admin since 3.0: give the sandbox one (`admins: { name: password }`), or " +
        "`adminParty: true` to play an older version that lets everyone in.",
    );
  }
  const pouch = await loadPouch();
  const folder = options.folder === undefined ? undefined : DataFolder.open(options.folder);
  let node: Node | undefined;
  const closeData = async () => {
    node?.save();
    await node?.databases.close();
    folder?.close();
  };
  try {
    node = await createNode(pouch, { version, admins, ...(folder && { folder }) });
    const closing = new AbortController();
    const server = createHttpServer(node, closing.signal);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(wantedPort, host, () => resolve());
    });
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
      port,
      async close() {
        closing.abort();
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
        await closeData();
      },
    };
  } catch (error) {
    await closeData();
    throw error;
  }
}
