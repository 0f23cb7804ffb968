/**
 * Promise 2: killed at any instant, a rerun ends as an undisturbed run does. The runner is killed before the server sees
 * its first write, and after the server acted on each of them: these are the states in which a killed runner can leave
 * a server. (`npm run crash-matrix` also kills it before each write, and at the requests that only read.)
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningCli, startCli } from "../support/cli.js";
import { type Bench, type Benches, openBenches } from "./benches.js";
import { type OvermindState, overmind, overmindState } from "./overmind-state.js";
import { type Point, pointsOf } from "./points.js";

let benches: Benches;
let undisturbed: OvermindState;
let points: readonly Point[];

beforeAll(async () => {
  benches = await openBenches();
  const { first } = benches;
  expect(await start(first).result).toMatchObject({ code: 0 });
  points = pointsOf(first.proxy.requests).filter(({ writes }) => writes);
  undisturbed = await overmindState(first.server);
});
afterAll(() => benches.close());

it("killed before the server acts on the first write", async () => {
  await expectSameEnd("before", points.slice(0, 1));
});

it("killed after the server acts on a write", async () => {
  expect(points.length).toBeGreaterThan(5);
  await expectSameEnd("after", points);
});

async function expectSameEnd(when: "before" | "after", at: readonly Point[]): Promise<void> {
  const ends = await benches.map(at, (bench, point) => endAfterKill(bench, point, when));
  const named = (values: readonly unknown[]) => Object.fromEntries(at.map(({ name }, i) => [name, values[i]]));
  expect(named(ends)).toEqual(named(at.map(() => undisturbed)));
}

async function endAfterKill(bench: Bench, point: Point, when: "before" | "after"): Promise<OvermindState> {
  let victim: RunningCli | undefined;
  const kill = async () => {
    victim?.child.kill("SIGKILL");
    await victim?.result;
  };
  bench.proxy.faultWhen(point.matcher(), when === "before" ? { before: kill } : { after: kill });
  victim = start(bench);
  expect(await victim.result).toMatchObject({ signal: "SIGKILL" });

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
