/** What all scenarios share: the server, a folder for their files, and how to call each program. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaults } from "../src/contract/options.js";
import { readsAtOnce as readsAcross } from "../src/couch/read-limit.js";
import { startProxy } from "../test/support/proxy.js";
import { must } from "../test/support/request.js";
import { must as mustEnd, type Program, root } from "./processes.js";
import { type BenchServer, ledgerDatabase } from "./server.js";

export interface Context {
  readonly server: BenchServer;
  /** Deleted at the end. */
  readonly folder: string;
  /** The path of couchdb-bootstrap's command line. */
  bootstrap(): Promise<string>;
}

const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** couchdb-migrate as users install it. */
export function migrate({ server }: Pick<Context, "server">, ...args: readonly string[]): Program {
  return { args: [join(root, bin["couchdb-migrate"]), ...args], env: { COUCHDB_URL: server.fullUrl } };
}

export async function bootstrap(context: Context, folder: string): Promise<Program> {
  return { args: [await context.bootstrap(), context.server.fullUrl, folder] };
}

/** One of our programs that only sends requests through node:http. */
export function bare(
  { server }: Context,
  name: "look" | "read" | "install" | "seed" | "transform",
  ...args: readonly string[]
): Program {
  return { args: [join(root, "bench/bare", `${name}.mjs`), ...args], env: { COUCHDB_URL: server.fullUrl } };
}

/** Sends the requests of a run that finds nothing pending in the set. */
export function bareLook(context: Context, set: string, names: readonly string[]): Program {
  return bare(context, "look", ledgerDatabase, set, ...names);
}

/** Applies a set for the first time. Returns the number of bytes written to the ledger's database. */
export async function installed(context: Context, set: string, folder: string): Promise<number> {
  const proxy = await startProxy(context.server.url);
  try {
    const { admin } = context.server;
    const fullUrl = context.server.fullUrl.replace(
      context.server.url.replace("http://", ""),
      proxy.url.replace("http://", ""),
    );
    await mustEnd(migrate({ server: { ...context.server, admin, fullUrl } }, "apply", folder, "--set", set));
    const written = proxy.writes().filter(({ path }) => path.startsWith(`/${ledgerDatabase}/`));
    return written.reduce((sum, { bytes }) => sum + bytes, 0);
  } finally {
    await proxy.close();
  }
}

/** Throws if a database does not have the expected design documents and security. */
export async function assertInstalled(
  server: BenchServer,
  names: readonly string[],
  designDocs: number,
): Promise<void> {
  for (const name of names) {
    const { rows } = await must(server, "GET", `/${name}/_design_docs`);
    const { members } = await must(server, "GET", `/${name}/_security`);
    if (rows.length !== designDocs || members.roles.length === 0) throw new Error(`${name} is not as it ought to be`);
  }
}

export const { concurrency } = defaults;

/** As many reads as couchdb-migrate sends at the same time at most. */
export const readsAtOnce = readsAcross(concurrency, Number.POSITIVE_INFINITY);
