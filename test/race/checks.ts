/** What must hold after many runners worked on the same files concurrently. */

import type { CliResult } from "../support/cli.js";
import type { CouchNode } from "../support/couchdb.js";
import { must, until } from "../support/request.js";

export type Runner = CliResult;

interface Result {
  readonly applied: readonly string[];
  readonly adopted: readonly string[];
}

export interface RoundPlace {
  readonly set: string;
  readonly databases: readonly string[];
}

/** Violations, each a sentence. */
export async function checkRound(
  runners: readonly Runner[],
  nodes: readonly CouchNode[],
  { set, databases }: RoundPlace,
): Promise<string[]> {
  const violations = runners
    .filter(({ code }) => code !== 0)
    .map(({ code, signal, stderr }) => `a runner exited with ${code ?? signal}: ${stderr.slice(-600)}`);
  const done = runners
    .flatMap(({ stdout }) => parsed(stdout))
    .flatMap(({ applied, adopted }) => [...applied, ...adopted]);
  // A runner that finds a step done, but not recorded, by another one adopts it; nobody writes it again.
  const applied = runners.flatMap(({ stdout }) => parsed(stdout)).flatMap((result) => result.applied);
  const twice = [...new Set(applied.filter((id, i) => applied.indexOf(id) !== i))];
  if (twice.length > 0) violations.push(`applied by more than one runner: ${twice.join(", ")}`);
  for (const node of nodes) {
    for (const database of [...databases, "couchdb-migrate"]) {
      for (const id of await conflicted(node, database))
        violations.push(`${database}/${id} has conflicting revisions, by ${node.name}`);
    }
    const ledger = await must(node, "GET", `/couchdb-migrate/_local/couchdb-migrate-${set}`);
    const missing = [...new Set(done)].filter((id) => !Object.hasOwn(ledger.entries, id));
    if (missing.length > 0) violations.push(`not in the ledger, by ${node.name}: ${missing.join(", ")}`);
    const lease = await must(node, "GET", `/couchdb-migrate/lease-${set}`);
    if (lease.holder !== null) violations.push(`the lease is still held by ${lease.holder}, by ${node.name}`);
  }
  return violations;
}

function parsed(stdout: string): Result[] {
  try {
    return [JSON.parse(stdout) as Result];
  } catch {
    return [];
  }
}

/** The live leaves of each document on any copy; replication inside the cluster may take a moment. */
async function conflicted(node: CouchNode, database: string): Promise<string[]> {
  const look = async () => {
    const { rows } = await must(node, "GET", `/${database}/_all_docs`);
    const found: string[] = [];
    for (const { id } of rows) {
      const leaves: { ok?: { _deleted?: boolean } }[] = await must(
        node,
        "GET",
        `/${database}/${id.split("/").map(encodeURIComponent).join("/")}?open_revs=all`,
      );
      if (leaves.filter(({ ok }) => ok && !ok._deleted).length > 1) found.push(id);
    }
    return found;
  };
  return until(look, (found) => found.length === 0, 10).catch(look);
}
