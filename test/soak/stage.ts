/**
 * Readers never notice a stage and a switch. Not part of the tests: it takes minutes.
 *
 *   npm run soak:stage                           on a throwaway CouchDB
 *   NODES=3 npm run soak:stage                   on a cluster, one node of which is stopped and killed
 *   DEPLOY=inPlace npm run soak:stage            fails: it deploys what readers do notice
 *
 * A user writes, and two readers query both views of a design document by its name. Each round edits the views, runs
 * `stage`, killed repeatedly, and then `apply`, killed too (`DOCS`, `RATE`, `ROUNDS`, `KILLS`, `FAULTS`). In the
 * control phases before, nobody stages, but the same nodes fail. Exits with 1 if a reader got wrong rows or an error,
 * or if something is left over. While a node fails, CouchDB itself answers queries with `update=false` from an index
 * that has lost rows, and some with an error about nodes. These are listed separately.
 */
import { join } from "node:path";
import { built } from "../support/built.js";
import { everyNodeKnowsAll, startNodes } from "../support/cluster.js";
import type { CouchNode } from "../support/couchdb.js";
import { breakFor } from "../support/node-faults.js";
import { must, until } from "../support/request.js";
import { seed } from "../support/seed.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";
import { caughtUp, leftovers, untruths } from "./stage/end-state.js";
import { startJudgedReader } from "./stage/readers.js";
import { Runner } from "./stage/runner.js";
import { Tally } from "./stage/tally.js";
import { creature, stepsOf } from "./stage/versions.js";
import { startWriter } from "./stage/writer.js";

const documents = Number(process.env.DOCS ?? 20_000);
/** Writes per second. */
const rate = Number(process.env.RATE ?? 20);
const rounds = Number(process.env.ROUNDS ?? 3);
/** Of `stage`, in each round; those of `apply`. */
const kills = Number(process.env.KILLS ?? 10);
const switchKills = Number(process.env.SWITCH_KILLS ?? 2);
/** Of a node, in each control phase, each stage and each switch. Only on a cluster: the readers need the other nodes. */
const faults = Number(process.env.FAULTS ?? 2);
const leaseTtl = process.env.LEASE_TTL ?? "5s";
const deploy = process.env.DEPLOY ?? "staged";
/** A run that nothing delays sends about that many. */
const requestsOf = { stage: 40, apply: 60 };
/** In a control phase, at least. */
const controlQueries = 400;

const { nodes, close } = await startNodes(Number(process.env.NODES ?? 1));
const [first] = nodes;
if (!first) throw new Error("no node");
const folder = await makeFolder();
const file = join(folder, "001.yaml");
const [stage, apply] = [
  ["stage", file, "--lease-ttl", leaseTtl],
  ["apply", file, "--lease-ttl", leaseTtl],
];
const database = "cm-soak-stage";
const tally = new Tally();
const serving = { from: 1, to: 1 };
const runner = new Runner(nodes);
let nodeFaults = 0;
let round = 0;
let stopReading = async (): Promise<unknown> => undefined;

/** Nodes whose readers and writer go through them in this round; another one fails. */
const nodeFor = (i: number): CouchNode => nodes[(round + i) % nodes.length] ?? first;

function writeVersion(version: number): Promise<void> {
  return writeFiles(folder, { "001.yaml": stepsOf(database, version, deploy) });
}

async function failing(): Promise<void> {
  if (nodes.length === 1) return;
  for (let i = 0; i < faults; i += 1) {
    nodeFaults += 1;
    tally.nodeFails = true;
    await breakFor(nodeFor(2), Math.random() < 0.5 ? "stop" : "kill", (what) => tally.happened(what));
  }
  await everyNodeKnowsAll(nodes);
  await caughtUp(nodeFor(2), database);
  tally.nodeFails = false;
}

async function controlPhase(): Promise<void> {
  tally.phase = "control";
  const before = tally.count("control");
  const enough = until(
    async () => tally.count("control") - before,
    (count) => count >= controlQueries,
    600,
  );
  await Promise.all([failing(), enough]);
}

async function stageAndSwitch(version: number): Promise<void> {
  await writeVersion(version);
  tally.phase = "stage";
  await Promise.all([failing(), runner.untilDone(stage, kills, requestsOf.stage)]);
  tally.phase = "switch";
  serving.to = version;
  await Promise.all([failing(), runner.untilDone(apply, switchKills, requestsOf.apply)]);
  serving.from = version;
  const { requests } = JSON.parse((await runner.untilDone(apply, 0, 0)).stdout);
  if (requests.writes > 0) tally.violation(`a second apply wrote ${requests.writes} times`);
  const { staged } = JSON.parse((await runner.untilDone(["status", file], 0, 0)).stdout);
  if (staged?.length > 0) tally.violation(`status still lists ${JSON.stringify(staged)}`);
  tally.phase = "control";
  for (const left of await leftovers(nodes, database)) tally.violation(left);
}

try {
  const { version: couch } = await must(first, "GET", "/");
  await must(first, "PUT", `/${database}`);
  await seed(first, database, documents, creature);
  await writeVersion(1);
  await runner.untilDone(apply, 0, 0);
  for (const node of nodes) await must(node, "GET", `/${database}/_design/brood/_view/by-n?limit=0`);
  for (const node of nodes) await built(node, database, "brood", "by-n");

  const writer = startWriter(() => nodeFor(0), database, documents, rate);
  const scene = { database, documents, writer, serving, tally, oneCopy: nodes.length === 1 };
  // The readers of one node see the same version; each node of a cluster learns of a new one by itself.
  const shared = { version: 1 };
  const readers = [true, false].map((update, i) =>
    startJudgedReader(() => nodeFor(i), update, scene, nodes.length > 1 ? { version: 1 } : shared),
  );
  stopReading = () => Promise.all(readers.map((reader) => reader.stop()));
  for (round = 1; round <= rounds; round += 1) {
    await controlPhase();
    await stageAndSwitch(round + 1);
    console.log(`round ${round}: version ${round + 1} serves, ${tally.count("stage")} queries during stages so far`);
  }
  await writer.stop();
  await stopReading();
  for (const untruth of await untruths(nodes, database)) tally.violation(untruth);
  console.log(`\n${documents} documents, ${rate} writes per second, CouchDB ${couch}, ${nodes.length} node(s)\n`);
  console.log(`${tally.table()}\n`);
  const { runs, kills: killed, leasesLost } = runner;
  console.log({ rounds, runs, kills: killed, leasesLost, nodeFaults, ...writer.confirmed });
  console.log(tally.isClean ? "no violation" : "VIOLATIONS");
  process.exitCode = tally.isClean ? 0 : 1;
} finally {
  await stopReading();
  await close();
  await removeFolder(folder);
}
