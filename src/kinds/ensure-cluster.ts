import type { Couch } from "../couch/couch.js";
import { inventoryOf } from "../couch/inventory.js";
import { membership, nodeSpokenTo } from "../couch/nodes.js";
import { pause } from "../couch/pause.js";
import { addNode, canJoin, untilJoined } from "../objects/cluster/join.js";
import { alignSettings, type SharedSetting, unevenSettings } from "../objects/cluster/shared-settings.js";
import { createDatabase } from "../objects/databases/create.js";
import { type Change, creates, holds, refuses, updates } from "../steps/difference.js";
import { defineKind, type StepContext } from "../steps/kind.js";
import type { Refusal } from "../steps/refusals.js";
import type { StepWarning } from "../steps/warnings.js";

interface Cluster {
  readonly nodes?: readonly string[];
  readonly size?: number;
  readonly globalChanges: boolean;
}

interface Seen {
  /** The node that the run talks to; `undefined` on 1.x, which has no clusters. */
  readonly own: string | undefined;
  readonly canJoin: boolean;
  readonly members: readonly string[];
  /** Members that are not connected. */
  readonly down: readonly string[];
  /** System databases that do not exist. */
  readonly missing: readonly string[];
  readonly uneven: readonly SharedSetting[];
}

interface Write {
  readonly join: readonly string[];
  readonly wait: boolean;
}

/**
 * Each node waits this long, in milliseconds, for the nodes before it (by name) to create the system databases, so
 * that only one does.
 */
const turn = 4_000;

export const ensureCluster = defineKind<Cluster, Cluster, Seen, Write>({
  name: "ensureCluster",
  summary:
    "A single node, or a cluster of these nodes, is set up, and the system databases exist. It must be the first step of its set, and runs before ledger and lease, which need it.",
  schema: {
    type: "object",
    additionalProperties: false,
    properties: {
      nodes: {
        type: "array",
        description:
          "The names of all nodes, as `GET /_membership` shows them. Nodes that are not in the cluster yet join it; they must have no databases, and all must have the same Erlang cookie.",
        items: { type: "string", pattern: "^[^\\s@/]+@[^\\s@/]+$", variables: true },
        minItems: 1,
        uniqueItems: true,
        examples: [["couchdb@couchdb-0.couchdb", "couchdb@couchdb-1.couchdb", "couchdb@couchdb-2.couchdb"]],
      },
      size: {
        type: "integer",
        description:
          "Instead of `nodes`, if nodes join by themselves (`[cluster] seedlist`): the minimum number of nodes to wait for.",
        minimum: 1,
        examples: [3],
        variables: true,
      },
      globalChanges: {
        type: "boolean",
        description:
          "Whether to create `_global_changes` besides `_users` and `_replicator`. `_db_updates` needs it; it costs one more write per write.",
        default: true,
        variables: true,
      },
    },
  },
  example: "ensureCluster:\n  size: 3\n",
  scope: "server",
  nature: { bootstrap: true },
  lifecycle: { creates: (desired) => systemDatabases(desired).map((name) => ({ name })) },

  title: ({ nodes, size }) => {
    const count = nodes?.length ?? size;
    return count === undefined || count === 1 ? "cluster" : `cluster of ${count} nodes`;
  },
  databases: () => [],
  claims: (desired) => ["cluster", ...systemDatabases(desired).map((name) => `database/${name}`)],
  check: {
    spec: ({ nodes, size }) => {
      if (nodes === undefined || size === undefined) return [];
      const message = "`size` is for nodes that join by themselves; remove it, or remove `nodes`";
      return [{ path: "/size", code: "two-ways", message }];
    },
  },
  // The order of the nodes has no meaning.
  resolve: async ({ nodes, ...others }) => ({ ...others, ...(nodes ? { nodes: [...nodes].sort() } : {}) }),

  async observe({ couch, desired }) {
    const members = await membership(couch);
    // 1.x has its system databases from the start.
    if (!members) return { own: undefined, canJoin: false, members: [], down: [], missing: [], uneven: [] };
    const { all_nodes: connected, cluster_nodes: nodes } = members;
    return {
      own: await nodeSpokenTo(couch),
      canJoin: await canJoin(couch),
      members: nodes,
      down: nodes.filter((node) => !connected.includes(node)),
      missing: await missingDatabases(couch, desired),
      uneven: nodes.length > 1 ? await unevenSettings(couch) : [],
    };
  },

  diff(desired, seen) {
    if (!seen) return holds();
    const { nodes = [], size = 1 } = desired;
    const join = nodes.filter((node) => !seen.members.includes(node));
    const wait = seen.members.length > 0 && seen.members.length < size;
    const changes: Change[] = [
      ...join.map((node) => ({ path: `/nodes/${nodes.indexOf(node)}`, before: null, after: node })),
      ...(wait ? [{ path: "/size", before: seen.members.length, after: size }] : []),
      ...seen.uneven.map((setting) => ({
        path: `/${setting}`,
        before: "differs between the nodes",
        after: "the same on all",
      })),
      ...seen.missing.map((name) => ({ path: `/databases/${name}`, before: null, after: name })),
    ];
    const notListed = nodes.length > 0 ? seen.members.filter((node) => !nodes.includes(node)) : [];
    const warnings: StepWarning[] = [
      ...seen.down.map((node) => ({ code: "node-down", node }) as const),
      ...notListed.map((node) => ({ code: "node-not-listed", node }) as const),
    ];
    const refusal = whyNot(desired, seen, join);
    if (refusal !== undefined) return refuses(refusal, changes, { warnings });
    if (changes.length === 0) return holds({ warnings });
    const isNew = changes.every(({ before }) => before === null);
    return (isNew ? creates : updates)(changes, { join, wait }, { warnings });
  },

  /** Most of the answers prove nothing, so members, shared settings and system databases are read again. */
  async apply({ join, wait }, context) {
    const { couch, desired, signal, progress } = context;
    for (const node of join) await addNode(couch, node);
    if (join.length > 0 || wait) {
      const awaited = { nodes: desired.nodes ?? [], size: desired.size ?? 1 };
      await untilJoined(couch, awaited, signal, (done, total) =>
        progress({ done, total, unit: "nodes", what: "nodes in the cluster" }),
      );
    }
    const members = (await membership(couch))?.cluster_nodes ?? [];
    if (members.length > 1) await alignSettings(couch);
    await makeSystemDatabases(context, members);
  },
});

function systemDatabases({ globalChanges }: Cluster): readonly string[] {
  return ["_users", "_replicator", ...(globalChanges ? ["_global_changes"] : [])];
}

async function missingDatabases(couch: Couch, desired: Cluster): Promise<string[]> {
  const found = await inventoryOf(couch).incarnations(systemDatabases(desired));
  return [...found].flatMap(([name, incarnation]) => (incarnation === undefined ? [name] : []));
}

function whyNot({ nodes, size = 1 }: Cluster, seen: Seen, join: readonly string[]): Refusal | undefined {
  if (seen.own === undefined && seen.members.length === 0) {
    return nodes || size > 1 ? { code: "no-clusters" } : undefined;
  }
  if (nodes && seen.own !== undefined && !nodes.includes(seen.own)) return { code: "node-not-named", node: seen.own };
  return join.length === 0 || seen.canJoin ? undefined : { code: "nodes-cannot-join", nodes: join };
}

/**
 * Databases that are created through several nodes at the same time may get different shards, so the nodes take
 * turns.
 */
async function makeSystemDatabases(context: StepContext<Cluster>, members: readonly string[]): Promise<void> {
  const { couch, desired, signal } = context;
  const own = await nodeSpokenTo(couch);
  const place = own === undefined ? 0 : [...members].sort().indexOf(own);
  const start = performance.now();
  for (;;) {
    couch.forget();
    const missing = await missingDatabases(couch, desired);
    if (missing.length === 0) return;
    if (performance.now() - start >= Math.min(place, 2) * turn) {
      for (const name of missing) await createDatabase(couch, { name, partitioned: false });
      return;
    }
    await pause(200, signal);
  }
}
