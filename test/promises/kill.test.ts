/**
 * Promise 2: killed at any instant, a rerun ends as an undisturbed run does. The runner is killed at each of its
 * requests in turn before the server sees it, and, where that makes a difference, after the server acted on it.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningCli, startCli } from "../support/cli.js";
import type { Recorded } from "../support/proxy.js";
import { type Bench, type Benches, clear, openBenches } from "./benches.js";
import { type OvermindState, overmind, overmindState } from "./overmind-state.js";

let benches: Benches;
let undisturbed: OvermindState;
let requests: readonly Recorded[];

beforeAll(async () => {
  benches = await openBenches();
  const { first } = benches;
  expect(await start(first).result).toMatchObject({ code: 0 });
  requests = first.proxy.requests;
  undisturbed = await overmindState(first.server);
});
afterAll(() => benches.close());

it("killed before the server sees a request", () => expectSameEnd("before", requests), 400_000);

it("killed after the server acted on a request that writes", async () => {
  const writing = requests.filter(({ writes }) => writes);
  expect(writing.length).toBeGreaterThan(5);
  await expectSameEnd("after", writing);
}, 400_000);

async function expectSameEnd(when: "before" | "after", at: readonly Recorded[]): Promise<void> {
  const ends = await benches.map(at, (bench, { number }) => endAfterKill(bench, number, when));
  const named = (values: readonly unknown[]) =>
    Object.fromEntries(at.map(({ number, method, path }, i) => [`${number}. ${method} ${path}`, values[i]]));
  expect(named(ends)).toEqual(named(at.map(() => undisturbed)));
}

async function endAfterKill(bench: Bench, number: number, when: "before" | "after"): Promise<OvermindState> {
  let victim: RunningCli | undefined;
  const kill = async () => {
    victim?.child.kill("SIGKILL");
    await victim?.result;
  };
  const runVictim = () => {
    bench.proxy.faultAt(number, when === "before" ? { before: kill } : { after: kill });
    victim = start(bench);
    return victim.result;
  };
  // A renewal of the lease more or less shifts the last numbers: a run that ended before its number is done again.
  let end = await runVictim();
  for (let more = 3; more > 0 && end.signal !== "SIGKILL"; more -= 1) {
    await clear(bench);
    end = await runVictim();
  }
  expect(end).toMatchObject({ signal: "SIGKILL" });

  const rerun = await start(bench).result;
  expect(rerun.code, rerun.stderr).toBe(0);
  return overmindState(bench.server);
}

function start({ proxy }: Bench): RunningCli {
  return startCli(["apply", "--lease-ttl", "3s", "--format", "json"], {
    env: {
      COUCHDB_URL: proxy.url.replace("//", "//admin:secret@"),
      COUCHDB_USERNAME: overmind.name,
      COUCHDB_PASSWORD: overmind.password,
    },
  });
}
