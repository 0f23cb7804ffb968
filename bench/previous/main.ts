/**
 * What it costs to keep the previous version of a design document: disk, writes, and the way back. Four databases with
 * the same documents take the same writes and queries in turn: without a previous version, with one that CouchDB
 * updates on writes, with one whose views a service queries too, and with one that has `autoupdate: false`.
 * `npm run bench:previous -- --documents 100000 --rounds 5`.
 */
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startCouchDB } from "../../test/support/couchdb.js";
import { type Addressed, must, until } from "../../test/support/request.js";
import { cpuSeconds } from "./cpu.js";
import { type DesignDoc, designDoc, documents, fill } from "./scene.js";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "100000" },
    rounds: { type: "string", default: "5" },
  },
});
const size = Number(values.documents);
const rounds = Number(values.rounds);

interface Way {
  readonly name: string;
  readonly database: string;
  readonly previous?: DesignDoc;
  readonly queried?: true;
}

const old = designDoc(0);
const ways: readonly Way[] = [
  { name: "no previous version", database: "cm-bench-none" },
  { name: "previous, updated on writes", database: "cm-bench-updated", previous: old },
  { name: "previous, queried too", database: "cm-bench-queried", previous: old, queried: true },
  { name: "previous, `autoupdate: false`", database: "cm-bench-still", previous: { ...old, autoupdate: false } },
];

const loads = [
  { name: "batches of 100", requests: 40, batch: 100 },
  { name: "one by one", requests: 200, batch: 1 },
] as const;

interface Cost {
  /** Seconds until the last query is answered. */
  readonly wall: number;
  /** CPU seconds of the server until no index is behind. */
  readonly cpu: number;
}

const node = await startCouchDB({ ini: { query_server_config: { commit_freq: 5 } } });
try {
  const { version } = await must(node, "GET", "/");
  for (const { database, previous } of ways) {
    console.error(`preparing ${database}`);
    await must(node, "PUT", `/${database}`);
    await fill(node, database, size);
    await must(node, "PUT", `/${database}/_design/brood`, { body: designDoc(1) });
    await timed(database, "brood");
    if (previous) {
      await must(node, "PUT", `/${database}/_design/brood--previous`, { body: previous });
      await timed(database, "brood--previous");
    }
  }
  await idle(ways);
  console.log(`${size} documents, CouchDB ${version}\n\n| | index files | |\n|---|---|---|`);
  for (const { name, database, previous } of ways) {
    const own = await fileSize(database, "brood");
    const other = previous ? await fileSize(database, "brood--previous") : 0;
    const { sizes } = await must(node, "GET", `/${database}`);
    console.log(
      `| ${name} | ${mega(own + other)} MB | ${((own + other) / own).toFixed(2)} × (database ${mega(sizes.file)} MB) |`,
    );
  }
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const load of loads) {
      for (const way of round % 2 ? ways.toReversed() : ways) {
        const cost = await measure(way, load);
        const key = `${load.name}/${way.name}`;
        costs.set(key, [...(costs.get(key) ?? []), cost]);
        console.error(`${key}: ${cost.wall.toFixed(2)} s, CPU ${cost.cpu.toFixed(2)} s`);
      }
    }
  }
  console.log("\n| writes | | wall | CPU | wall | CPU |\n|---|---|---|---|---|---|");
  for (const load of loads) {
    const of = (way: Way, what: keyof Cost) =>
      median((costs.get(`${load.name}/${way.name}`) ?? []).map((cost) => cost[what]));
    for (const way of ways) {
      const [wall, cpu] = [of(way, "wall"), of(way, "cpu")];
      const [first] = ways;
      if (!first) break;
      const ratios = [wall / of(first, "wall"), cpu / of(first, "cpu")].map((ratio) => `${ratio.toFixed(2)} ×`);
      console.log(
        `| ${load.name} | ${way.name} | ${wall.toFixed(2)} s | ${cpu.toFixed(2)} s | ${ratios.join(" | ")} |`,
      );
    }
  }
  await wayBack();
} finally {
  await node.close();
}

async function measure(way: Way, load: (typeof loads)[number]): Promise<Cost> {
  const { database, previous, queried } = way;
  const cpu = await cpuSeconds(node.name);
  const began = performance.now();
  for (let i = 0; i < load.requests; i += 1) {
    await must(node, "POST", `/${database}/_bulk_docs`, { body: { docs: documents(i * load.batch, load.batch) } });
    await query(node, database, "brood");
    if (previous && queried) await query(node, database, "brood--previous");
  }
  const wall = (performance.now() - began) / 1_000;
  await idle([way]);
  return { wall, cpu: (await cpuSeconds(node.name)) - cpu };
}

/** How long the first query of the previous version takes after so many writes, against building its index. */
async function wayBack(): Promise<void> {
  const database = "cm-bench-still";
  console.log("\n| way back | changes | first query | against a build |\n|---|---|---|---|");
  const caughtUp: { changes: number; seconds: number }[] = [];
  for (const share of [0, 0.01, 0.1]) {
    if (share > 0) await fill(node, database, Math.round(size * share));
    await timed(database, "brood");
    const { view_index } = await must(node, "GET", `/${database}/_design/brood--previous/_info`);
    caughtUp.push({ changes: view_index.updates_pending.total, seconds: await timed(database, "brood--previous") });
  }
  await must(node, "PUT", `/${database}/_design/built`, { body: { ...designDoc(9), autoupdate: false } });
  const build = await timed(database, "built");
  for (const { changes, seconds } of caughtUp) {
    console.log(`| catches up | ${changes} | ${seconds.toFixed(2)} s | ${(seconds / build).toFixed(3)} × |`);
  }
  console.log(`| builds | all | ${build.toFixed(2)} s | 1 × |`);
}

async function timed(database: string, name: string): Promise<number> {
  const began = performance.now();
  await until(
    () =>
      query(node, database, name)
        .then(() => true)
        .catch(() => false),
    (done) => done,
    3_600,
  );
  return (performance.now() - began) / 1_000;
}

async function query(on: Addressed, database: string, name: string): Promise<void> {
  for (const view of ["by-kind", "changing"]) {
    await must(on, "GET", `/${database}/_design/${name}/_view/${view}?limit=10`);
  }
}

/** Waits until no index is behind, twice in a row, and asks rarely: asking costs the server CPU time, too. */
async function idle(of: readonly Way[]): Promise<void> {
  for (let still = 0; still < 2; ) {
    await setTimeout(1_000);
    const behind = await Promise.all(of.map(isBehind));
    still = behind.includes(true) ? 0 : still + 1;
  }
}

async function isBehind({ database, previous }: Way): Promise<boolean> {
  const names = ["brood", ...(previous && previous.autoupdate !== false ? ["brood--previous"] : [])];
  for (const name of names) {
    const { view_index: index } = await must(node, "GET", `/${database}/_design/${name}/_info`);
    // A change of a design document alone is indexed with the next document.
    if (index.updater_running || index.updates_pending.total > 5) return true;
  }
  return false;
}

async function fileSize(database: string, name: string): Promise<number> {
  return (await must(node, "GET", `/${database}/_design/${name}/_info`)).view_index.sizes.file;
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
