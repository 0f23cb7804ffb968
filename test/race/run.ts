/**
 * Promise 3: started many times concurrently, each step is applied once, and every runner exits 0. Real processes with
 * the same files, against one node and against a cluster of three, each through another node, while one node at a time
 * is stopped, hung or killed.
 *
 *   npm run race -- [--rounds 20] [--runners 6] [--faults none,stop,hang,kill] [--lease-ttl 30s] [--only-cluster]
 *
 * Exits with 1 if there was a violation.
 */
import { parseArgs } from "node:util";
import { loginEnv, startCli } from "../support/cli.js";
import { everyNodeKnowsAll, startCluster } from "../support/cluster.js";
import { type CouchNode, startCouchDB } from "../support/couchdb.js";
import { breakFor, type NodeFault } from "../support/node-faults.js";
import { must } from "../support/request.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";
import { checkRound, type Runner } from "./checks.js";
import { stepsOf } from "./steps.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    runners: { type: "string", default: "6" },
    faults: { type: "string", default: "none,stop,hang,kill" },
    "only-cluster": { type: "boolean", default: false },
    // Also how long a runner waits for a node that is down: on a busy machine, it comes back slowly.
    "lease-ttl": { type: "string", default: "30s" },
  },
});

const faults = values.faults.split(",") as (NodeFault | "none")[];
const runners = Number(values.runners);
const counts = { rounds: 0, runners: 0, faults: 0, waits: 0, takeovers: 0, violations: 0 };
const byFault: Record<string, number> = {};

async function round(nodes: readonly CouchNode[], number: number, fault: NodeFault | "none"): Promise<void> {
  const folder = await makeFolder();
  const name = `race${number}`;
  try {
    const [first] = nodes;
    if (!first) throw new Error("no node");
    const { files, prepare, expectDone } = stepsOf(name);
    await writeFiles(folder, files);
    await prepare(first);
    const start = (node: CouchNode, i: number) => {
      return startCli(
        [
          "apply",
          folder,
          ...["--set", name, "--format", "json", "--log-format", "json"],
          ...["--wait", "180s", "--lease-ttl", values["lease-ttl"]],
        ],
        {
          env: { ...loginEnv(node.url, node.admin), HOSTNAME: `pod-${i}`, COUCHDB_MIGRATE_TERMINATION_LOG: "none" },
        },
      ).result;
    };
    const all = () =>
      Promise.all(Array.from({ length: runners }, (_, i) => start(nodes[i % nodes.length] ?? first, i)));
    const victim = nodes[Math.floor(Math.random() * nodes.length)] ?? first;
    if (fault !== "none") counts.faults += 1;
    const [results] = await Promise.all([all(), fault === "none" ? undefined : breakFor(victim, fault)]);
    if (nodes.length > 1) await everyNodeKnowsAll(nodes);
    const lease = () => must(first, "GET", `/couchdb-migrate/lease-${name}`);
    const before = await lease();
    const again: Runner[] = await all();
    const violations = [
      ...(await checkRound(results, nodes, { set: name, databases: [`${name}-hive`, `${name}-brood`] })),
      ...(await expectDone(first)),
      ...again.filter(({ code }) => code !== 0).map(({ code, stderr }) => `a rerun exited with ${code}: ${stderr}`),
      ...((await lease())._rev === before._rev ? [] : ["the lease was taken though nothing was pending"]),
    ];
    counts.rounds += 1;
    counts.runners += results.length;
    const saying = (event: string) => results.filter(({ stderr }) => stderr.includes(`"event":"${event}"`)).length;
    counts.waits += saying("lease-waiting");
    counts.takeovers += results.filter(({ stderr }) => /"event":"lease-taken"[^\n]*"from":/.test(stderr)).length;
    counts.violations += violations.length;
    byFault[fault] = (byFault[fault] ?? 0) + 1;
    for (const violation of violations)
      console.log(`VIOLATION in round ${number} (${nodes.length} nodes, ${fault}): ${violation}`);
  } finally {
    await removeFolder(folder);
  }
}

async function rounds(
  nodes: readonly CouchNode[],
  from: number,
  kinds: readonly (NodeFault | "none")[],
): Promise<void> {
  for (let i = 0; i < Number(values.rounds); i += 1) await round(nodes, from + i, kinds[i % kinds.length] ?? "none");
  console.log(`${nodes.length === 1 ? "one node" : `${nodes.length} nodes`}:`, counts, byFault);
}

if (!values["only-cluster"]) {
  const node = await startCouchDB();
  await rounds([node], 1, faults).finally(() => node.close());
}
const cluster = await startCluster(3);
await rounds(cluster.nodes, 1_001, faults).finally(() => cluster.close());
console.log(
  `${counts.rounds} rounds, ${counts.runners} runners, ${counts.faults} faults, ${counts.violations} violations`,
);
if (counts.waits === 0) console.log("VIOLATION: no runner waited for another, so nothing raced");
process.exitCode = counts.violations > 0 || counts.waits === 0 ? 1 : 0;
