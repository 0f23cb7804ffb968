/**
 * An embedded server that answers as CouchDB does, for development and tests: one node, in memory, gone when it is
 * closed. The contract suite (test/contract) holds it and a real CouchDB 3.5 to the same expectations.
 *
 * The functions of design documents run in an engine of their own (views/function-thread.ts) and reach nothing of this
 * process: after an import they are somebody else's. So do the regular expressions of selectors.
 *
 * What it can't show:
 * - clusters: it is one node, every write is a 201, nothing is ever below quorum;
 * - replication: documents in `_replicator` are stored, and nothing happens;
 * - `_active_tasks`: always empty, since views are built in a moment, when they are asked for;
 * - how long an index takes, its size, `waiting_commit`: an index is there and kept as soon as it is built;
 * - which Mango index a query really uses: `_find` reads all documents and only keeps the order of the index;
 * - continuous `_changes`, `_purge`, full-text search, shows, lists, updates and rewrites;
 * - the spelling of numbers: `1.0` and `1e3` are read back as `1` and `1000`;
 * - documents that are nested more than 500 levels deep: it refuses them;
 * - the digests of revisions and of compressed attachments, sizes on disk, and the words of syntax errors.
 * Versions before 3.5 are emulated (see profile.ts), not measured.
 */

import type { AddressInfo } from "node:net";
import { createNode } from "./node.js";
import { loadPouch } from "./pouch.js";
import { createHttpServer } from "./server.js";

export interface SandboxOptions {
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Name → password. Stored hashed. */
  readonly admins?: Readonly<Record<string, string>>;
  /** Everyone is an admin until one is written into the configuration, as on CouchDB 1.x and 2.x. */
  readonly adminParty?: boolean;
  /** What `GET /` reports, 3.5.0 by default; what a client must cope with in that version follows from it. */
  readonly version?: string;
}

export interface Sandbox {
  /** `http://127.0.0.1:PORT`, without credentials. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** @throws Error without an admin, without the optional packages, or if the port is taken */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = "127.0.0.1", port: wantedPort = 0, admins = {}, adminParty = false, version = "3.5.0" } = options;
  if (Object.keys(admins).length === 0 && !adminParty) {
    throw new Error(
      "CouchDB does not start without an admin since 3.0: give the sandbox one (`admins: { name: password }`), or " +
        "`adminParty: true` to play an older version that lets everyone in.",
    );
  }
  const node = await createNode(await loadPouch(), { version, admins });
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
      await node.databases.close();
    },
  };
}
