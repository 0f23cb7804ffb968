/**
 * An aborted run never leaves a snapshot that wrongly says that all is done: whichever request is lost, the
 * fast path is taken only for files whose plan says that every step is applied.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { firstLook } from "../../src/engine/fast-path/first-look.js";
import { type ApplyResult, apply, loadMigrations, plan } from "../../src/index.js";
import type { Fault } from "../support/proxy.js";
import { type Addressed, must } from "../support/request.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";
import { type Benches, openBenches } from "./benches.js";
import { type Point, pointsOf } from "./points.js";

const hives = [1, 2, 3, 4, 5].map((number) => `swarm-${number}`);
const steps = (role: string) =>
  hives.map(
    (hive) => `- id: ${hive}
  ensureDatabase: { name: ${hive} }
- id: ${hive}-security
  ensureSecurity: { database: ${hive}, members: { roles: [${role}] } }
`,
  );

/** Also in the database that the present files create. */
const views = (text: string) => `- id: views
  ensureDesignDocs: { database: "swarm-*", docs: { all: { views: { all: { map: "${text}" } } } } }
`;

let benches: Benches;
/** Folders with a service's former and present files. */
let before: string;
let now: string;
let points: readonly Point[];

beforeAll(async () => {
  [before, now] = [await makeFolder(), await makeFolder()];
  await writeFiles(before, { "001.yaml": steps("drone").join(""), "003.yaml": views("function (doc) {}") });
  await writeFiles(now, {
    "001.yaml": steps("queen").slice(0, 2).join("") + steps("drone").slice(2, 4).join(""),
    "002.yaml": "- id: nest\n  ensureDatabase: { name: swarm-nest }\n",
    "003.yaml": views("function (doc) { emit(doc._id); }"),
  });
  benches = await openBenches(3, async (server) => {
    const all: string[] = await must(server, "GET", "/_all_dbs");
    for (const name of all.filter((name) => !name.startsWith("_"))) await must(server, "DELETE", `/${name}`);
  });
  const { server, proxy } = benches.first;
  await run(before, server);
  await run(now, { ...server, url: proxy.url });
  points = pointsOf(proxy.requests).filter(({ writes }) => writes);
});
afterAll(async () => {
  await benches?.close();
  for (const folder of [before, now]) await removeFolder(folder);
});

it.each<[string, Fault, number]>([
  ["lost on its way", "lost-before", 1],
  ["lost answer", "lost-after", 1],
  ["refused again and again", { status: 400, body: { error: "bad_request", reason: "no" } }, Number.POSITIVE_INFINITY],
])("%s", async (_title, fault, times) => {
  expect(points.length).toBeGreaterThan(6);
  const ends = await benches.map(points, async ({ server, proxy }, point) => {
    await run(before, server);
    expect(await isShort(before, server)).toBe(true);
    proxy.faultWhen(point.matcher(), fault, times);
    await run(now, { ...server, url: proxy.url }).catch(() => {});
    const broken = [await isTrue(before, server), await isTrue(now, server)];
    await run(now, server);
    return [...broken, await isTrue(before, server), await isTrue(now, server), await isShort(before, server)];
  });
  const named = (values: readonly unknown[]) => Object.fromEntries(points.map(({ name }, i) => [name, values[i]]));
  expect(named(ends)).toEqual(named(points.map(() => [true, true, true, true, false])));
});

function options({ url, admin: { name, password } }: Addressed) {
  return { connection: { url, username: name, password }, wait: 5_000, leaseTtl: 6_000 };
}

async function run(folder: string, server: Addressed): Promise<ApplyResult> {
  return apply(await loadMigrations(folder, { env: {} }), options(server));
}

async function isShort(folder: string, server: Addressed): Promise<boolean> {
  const first = await firstLook(folder, {}, options(server));
  if ("look" in first) await first.look.couch.close();
  return "result" in first;
}

/** The fast path is not taken, or rightly so. */
async function isTrue(folder: string, server: Addressed): Promise<boolean> {
  if (!(await isShort(folder, server))) return true;
  const { steps } = await plan(await loadMigrations(folder, { env: {} }), options(server));
  return steps.every(({ state }) => state === "applied");
}
