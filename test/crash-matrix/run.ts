/**
 * Promise 2, exhaustively: a run with every step kind is broken at each of its requests, in each way that a network or
 * a server can fail, or the runner is killed there; then a rerun must end as an undisturbed run does.
 *
 *   npm run crash-matrix -- [--fault "lost after"]… [--only TEXT] [--shard 1/4] [--benches 4] [--request-timeout 2000] [--lease-ttl 10000]
 *     [--resume FILE] [--list]
 *
 * `--resume` records the passed cases in a file, and skips them the next time.
 * It exits with 1 if any case diverged, and names each of them; `--only` runs one alone.
 */
// First, so that it is there before the modules that derive keys.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openBenches } from "../promises/benches.js";
import { canStartNodes, couchHome } from "../support/couchdb.js";
import { shareSalt } from "../support/derivations.js";
import { removeFolder } from "../support/temp.js";
import { faults, Matrix, type MatrixCase, type Outcome } from "./cases.js";
import { prepareWithShards, shards } from "./shards.js";

// Thousands of runs in one process derive keys of the same passwords.
shareSalt();

const { values } = parseArgs({
  options: {
    fault: { type: "string", multiple: true, default: Object.keys(faults) },
    only: { type: "string", default: "" },
    shard: { type: "string", default: "1/1" },
    benches: { type: "string", default: "4" },
    "request-timeout": { type: "string", default: "2000" },
    "lease-ttl": { type: "string", default: "10000" },
    resume: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

const unknown = values.fault.filter((name) => !Object.hasOwn(faults, name));
if (unknown.length > 0)
  throw new Error(`unknown fault ${unknown.join(", ")}; there are: ${Object.keys(faults).join(", ")}`);
const [part = 1, parts = 1] = values.shard.split("/").map(Number);

console.log(
  canStartNodes ? `Throwaway CouchDB nodes from ${couchHome}` : "The embedded server: there is no CouchDB here",
);
const benches = await openBenches(Number(values.benches), prepareWithShards);
await prepareWithShards(benches.first.server);
const options = { requestTimeout: Number(values["request-timeout"]), leaseTtl: Number(values["lease-ttl"]) };
const matrix = await Matrix.open(benches.first, options, shards);
try {
  const all = matrix.cases(values.fault);
  const done = new Set(
    values.resume && existsSync(values.resume) ? readFileSync(values.resume, "utf8").split("\n") : [],
  );
  const chosen = all
    .filter((_, i) => i % parts === part - 1)
    .filter((one) => nameOf(one).includes(values.only) && !done.has(nameOf(one)));
  console.log(`${matrix.points.length} requests, ${all.length} cases, ${chosen.length} of them in this run`);
  if (done.size > 0) console.log(`${all.filter((one) => done.has(nameOf(one))).length} came out right in earlier runs`);
  if (values.list) for (const one of chosen) console.log(nameOf(one));
  else process.exitCode = (await runAll(chosen)) ? 0 : 1;
} finally {
  await benches.close();
  await removeFolder(matrix.folder);
}

function nameOf({ point, fault }: MatrixCase): string {
  return `${fault}: ${point.name}`;
}

async function runAll(chosen: readonly MatrixCase[]): Promise<boolean> {
  const began = performance.now();
  const counts = { cases: 0, notReached: 0, late: 0, diverged: 0, told: 0 };
  const perFault: Record<string, number> = {};
  await benches.map(chosen, async (bench, one) => {
    const { reached, late, diverged, told } = await matrix.outcome(bench, one).catch(
      (error: unknown): Outcome => ({
        reached: true,
        late: false,
        diverged: { "the case broke": String(error) },
      }),
    );
    counts.cases += 1;
    perFault[one.fault] = (perFault[one.fault] ?? 0) + 1;
    if (late) counts.late += 1;
    if (told) {
      counts.told += 1;
      console.log(`TOLD ${nameOf(one)}\n${JSON.stringify(told)}`);
    }
    if (!reached) counts.notReached += 1;
    else if (values.resume && Object.keys(diverged).length === 0) appendFileSync(values.resume, `${nameOf(one)}\n`);
    if (Object.keys(diverged).length > 0) {
      counts.diverged += 1;
      console.log(`DIVERGED ${nameOf(one)}\n${JSON.stringify(diverged, undefined, 2)}`);
    }
    if (counts.cases % 50 === 0 || counts.cases === chosen.length) {
      console.log(`${counts.cases} of ${chosen.length}, ${Math.round((performance.now() - began) / 1000)} s`, counts);
    }
  });
  console.log("Cases by fault:", perFault);
  console.log(`${counts.cases} cases, ${counts.diverged} diverged (${counts.notReached} whose request was not sent)`);
  return counts.diverged === 0 && counts.cases === chosen.length;
}
