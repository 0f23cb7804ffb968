/** Servers on which the main job is repeated, side by side, because many runs have to wait. */
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { type Addressed, must, request } from "../support/request.js";
import { canStartNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { overmind } from "./overmind-state.js";

export interface Bench {
  readonly server: Addressed;
  readonly proxy: RecordingProxy;
}

export interface Benches {
  readonly first: Bench;
  /** Does the work for every item, one item at a time on each bench; errors are returned as text. */
  map<Item, Result>(
    items: readonly Item[],
    work: (bench: Bench, item: Item) => Promise<Result>,
  ): Promise<(Result | string)[]>;
  close(): Promise<void>;
}

/** @param clear restores a server to its state before the first run */
export async function openBenches(
  count = 3,
  clear: (server: Addressed) => Promise<void> = clearOvermind,
): Promise<Benches> {
  const benches: (Bench & { close(): Promise<void> })[] = [];
  for (let i = 0; i < count; i++) {
    const server = canStartNodes ? await startCouchDB() : await startEmbedded();
    const proxy = await startProxy(server.url);
    const close = async () => {
      await proxy.close();
      await server.close();
    };
    benches.push({ server, proxy, close });
  }
  const [first] = benches;
  if (!first) throw new Error("no bench");
  return {
    first,
    async map<Item, Result>(items: readonly Item[], work: (bench: Bench, item: Item) => Promise<Result>) {
      const results: (Result | string)[] = [];
      const left = [...items.entries()];
      await Promise.all(
        benches.map(async (bench) => {
          for (let next = left.shift(); next; next = left.shift()) {
            const [i, item] = next;
            await clear(bench.server);
            bench.proxy.reset();
            results[i] = await work(bench, item).catch(String);
          }
        }),
      );
      return results;
    },
    async close() {
      for (const bench of benches) await bench.close();
    },
  };
}

async function clearOvermind(server: Addressed): Promise<void> {
  const all: string[] = await must(server, "GET", "/_all_dbs");
  for (const name of all.filter((name) => !name.startsWith("_"))) await must(server, "DELETE", `/${name}`);
  await request(server, "DELETE", `/_node/_local/_config/admins/${overmind.name}`);
}
