/** Joins nodes to a cluster with their documents in `_nodes`; needs neither their addresses nor their passwords. */

import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { assumeNodes, membership } from "../../couch/nodes.js";
import { path } from "../../couch/path.js";
import { pause } from "../../couch/pause.js";
import { isAtLeast } from "../../couch/version.js";
import { span } from "../../text/span.js";

/** Milliseconds. */
const longestWait = 60_000;
const look = 200;

/** Before 3.0, these documents are on another port. */
export async function canJoin(couch: Couch): Promise<boolean> {
  return isAtLeast(await couch.version(), "3.0");
}

export async function addNode(couch: Couch, node: string): Promise<void> {
  await couch.write("PUT", path`/_node/_local/_nodes/${node}`, { body: {}, accept: [202, 409], repeatable: true });
}

export interface Awaited {
  /** Names of nodes that must be in the cluster. */
  readonly nodes: readonly string[];
  /** The minimum number of nodes. */
  readonly size: number;
}

/**
 * Resolves when all nodes are connected and each knows all others: databases that are created from then on are
 * created on all of them.
 */
export async function untilJoined(
  couch: Couch,
  awaited: Awaited,
  signal: AbortSignal,
  said: (there: number, total: number) => void,
): Promise<void> {
  const start = performance.now();
  for (;;) {
    assumeNodes(couch, undefined);
    const members = await membership(couch);
    const names = [...new Set([...awaited.nodes, ...(members?.cluster_nodes ?? [])])];
    const there = names.filter((name) => members?.all_nodes.includes(name) && members.cluster_nodes.includes(name));
    const total = Math.max(names.length, awaited.size);
    said(there.length, total);
    if (there.length === total && (await eachKnows(couch, names))) return;
    if (performance.now() - start > longestWait) throw notJoined(names, there, total);
    await pause(look, signal);
  }
}

async function eachKnows(couch: Couch, names: readonly string[]): Promise<boolean> {
  if (!(await canJoin(couch))) return true;
  const known = await Promise.all(names.map((node) => knownTo(couch, node)));
  return known.every((ids) => names.every((name) => ids.includes(name)));
}

async function knownTo(couch: Couch, node: string): Promise<readonly string[]> {
  const { status, body } = await couch.read<{ rows: readonly { id: string }[] }>(
    path`/_node/${node}/_nodes/_all_docs`,
    { accept: [404, 412], fresh: true },
  );
  return status === 200 ? body.rows.map(({ id }) => id) : [];
}

function notJoined(names: readonly string[], there: readonly string[], total: number): MigrateError {
  const missing = names.filter((name) => !there.includes(name));
  const which = missing.length > 0 ? `: ${missing.join(", ")} can't be reached, or know no other node` : "";
  return new MigrateError("node-down", {
    message: `${there.length} of ${total} nodes had joined the cluster after ${span(longestWait)}${which}.`,
    next: "Check that the nodes are up, that their names are correct, and that all have the same Erlang cookie (-setcookie in vm.args). Remove a wrong name from the cluster again: DELETE /_node/_local/_nodes/NAME.",
    data: { there, missing, total },
  });
}
