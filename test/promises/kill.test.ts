/**
 * Promise 2: killed at any instant, a rerun ends in the same state as an undisturbed run. The runner is killed at each
 * of its requests in turn, once before the server saw it and once after the server acted on it.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningCli, startCli } from "../support/cli.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { type Addressed, must, request } from "../support/request.js";
import { canStartNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { type OvermindState, overmind, overmindState } from "./overmind-state.js";

/** One server with its proxy; several work side by side, because a rerun waits for the dead holder's lease. */
interface Bench {
  readonly server: Addressed & { close(): Promise<void> };
  readonly proxy: RecordingProxy;
}

const benches: Bench[] = [];
let undisturbed: OvermindState;
let requests: number;

beforeAll(async () => {
  for (let i = 0; i < 3; i++) {
    const server = canStartNodes ? await startCouchDB() : await startEmbedded();
    benches.push({ server, proxy: await startProxy(server.url) });
  }
  const [bench] = benches;
  if (!bench) throw new Error("no server");
  expect((await start(bench).result).code).toBe(0);
  requests = bench.proxy.requests.length;
  undisturbed = await overmindState(bench.server);
});

afterAll(async () => {
  for (const { server, proxy } of benches) {
    await proxy.close();
    await server.close();
  }
});

describe.each(["before", "after"] as const)("killed %s the server acted", (when) => {
  it("a rerun ends as an undisturbed run does, whichever request it was", async () => {
    expect(requests).toBeGreaterThan(10);
    const left = Array.from({ length: requests }, (_, i) => i + 1);
    const wrong: unknown[] = [];
    await Promise.all(
      benches.map(async (bench) => {
        for (let k = left.shift(); k !== undefined; k = left.shift()) {
          try {
            expect(await killedAt(bench, k, when)).toEqual(undisturbed);
          } catch (error) {
            wrong.push(`request ${k}: ${error instanceof Error ? error.message : error}`);
          }
        }
      }),
    );
    expect(wrong).toEqual([]);
  }, 400_000);
});

/** The state after a run that died at request `k`, and a rerun. */
async function killedAt(bench: Bench, k: number, when: "before" | "after"): Promise<OvermindState> {
  await empty(bench.server);
  bench.proxy.reset();
  let victim: RunningCli | undefined;
  const kill = async () => {
    victim?.child.kill("SIGKILL");
    await victim?.result;
  };
  bench.proxy.faultAt(k, when === "before" ? { before: kill } : { after: kill });
  victim = start(bench);
  expect(await victim.result).toMatchObject({ signal: "SIGKILL" });

  bench.proxy.reset();
  const rerun = await start(bench).result;
  expect(rerun.code, rerun.stderr).toBe(0);
  return overmindState(bench.server);
}

function start({ proxy }: Bench): RunningCli {
  return startCli(["apply", "--lease-ttl", "2s", "--format", "json"], {
    env: {
      COUCHDB_URL: proxy.url.replace("//", "//admin:secret@"),
      COUCHDB_USERNAME: overmind.name,
      COUCHDB_PASSWORD: overmind.password,
    },
  });
}

/** As it was before the first run. */
async function empty(server: Addressed): Promise<void> {
  const all: string[] = await must(server, "GET", "/_all_dbs");
  for (const name of all.filter((name) => !name.startsWith("_"))) await must(server, "DELETE", `/${name}`);
  await request(server, "DELETE", `/_node/_local/_config/admins/${overmind.name}`);
}
