/**
 * Promise 2: with any one request lost, before or after the server acted on it, a rerun ends as an undisturbed run
 * does.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ApplyResult, apply, loadMigrations, type Migrations } from "../../src/index.js";
import { root } from "../support/cli.js";
import { shareSalt } from "../support/derivations.js";
import type { Fault } from "../support/proxy.js";
import { type Bench, type Benches, openBenches } from "./benches.js";
import { type OvermindState, overmind, overmindState } from "./overmind-state.js";
import { type Point, pointsOf } from "./points.js";

let benches: Benches;
let migrations: Migrations;
let undisturbed: OvermindState;
let points: readonly Point[];

let ownSalts: () => void;

beforeAll(async () => {
  ownSalts = shareSalt();
  const env = { COUCHDB_USERNAME: overmind.name, COUCHDB_PASSWORD: overmind.password };
  migrations = await loadMigrations(join(root, "migrations"), { env });
  benches = await openBenches();
  const { first } = benches;
  await run(first);
  points = pointsOf(first.proxy.requests);
  undisturbed = await overmindState(first.server);
});
afterAll(async () => {
  ownSalts();
  await benches.close();
});

it.each<[string, Fault]>([
  ["lost on its way", "lost-before"],
  ["lost answer", "lost-after"],
  ["500 after the server acted", { status: 500, acted: true }],
])("%s", async (_title, fault) => {
  const writing = points.filter(({ writes }) => writes);
  expect(writing.length).toBeGreaterThan(5);
  const ends = await benches.map(writing, (bench, point) => endAfter(bench, point, fault));
  const named = (values: readonly unknown[]) => Object.fromEntries(writing.map(({ name }, i) => [name, values[i]]));
  expect(named(ends)).toEqual(named(writing.map(() => undisturbed)));
});

async function endAfter(bench: Bench, point: Point, fault: Fault): Promise<OvermindState> {
  bench.proxy.faultWhen(point.matcher(), fault);
  // Whether the run recovers by itself does not matter here.
  await run(bench).catch(() => {});
  expect((await run(bench)).failures).toEqual([]);
  return overmindState(bench.server);
}

function run({ server, proxy }: Bench): Promise<ApplyResult> {
  const { name, password } = server.admin;
  return apply(migrations, { connection: { url: proxy.url, username: name, password }, wait: 5_000 });
}
