/** Throwaway clusters of real nodes. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { type CouchNode, type NodeOptions, startCouchDB } from "./couchdb.js";
import { type Login, must, request, until } from "./request.js";

export interface Cluster {
  readonly nodes: readonly CouchNode[];
  readonly admin: Login;
  close(): Promise<void>;
}

export interface ClusterOptions extends Pick<NodeOptions, "ini"> {
  /** Leaves the nodes running without joining them, for tests of the joining itself. */
  readonly unjoined?: boolean;
}

export async function startCluster(size: number, options: ClusterOptions = {}): Promise<Cluster> {
  const admin: Login = { name: "admin", password: "secret" };
  const secret = randomBytes(16).toString("hex");
  const node: NodeOptions = {
    clustered: true,
    cookie: secret,
    admins: { [admin.name]: hashed(admin.password) },
    ini: {
      ...options.ini,
      couchdb: { uuid: randomBytes(16).toString("hex"), ...options.ini?.couchdb },
      chttpd_auth: { secret, ...options.ini?.chttpd_auth },
      cluster: { q: 2, n: Math.min(size, 3), ...options.ini?.cluster },
    },
  };
  const started = await Promise.all(Array.from({ length: size }, () => startCouchDB(node)));
  const nodes = started.map((node) => ({ ...node, admin }));
  const close = async () => void (await Promise.all(nodes.map((node) => node.close())));
  try {
    if (!options.unjoined) await join(nodes);
  } catch (error) {
    await close();
    throw error;
  }
  return { nodes, admin, close };
}

/** One node, or a cluster in which every node knows all others. */
export async function startNodes(size: number): Promise<Pick<Cluster, "nodes" | "close">> {
  if (size > 1) {
    const cluster = await startCluster(size);
    await everyNodeKnowsAll(cluster.nodes);
    return cluster;
  }
  const node = await startCouchDB();
  return { nodes: [node], close: () => node.close() };
}

async function join(nodes: readonly CouchNode[]): Promise<void> {
  const [first, ...others] = nodes;
  if (!first) throw new Error("a cluster has at least one node");
  for (const node of others) {
    const { name, password } = first.admin;
    await must(first, "POST", "/_cluster_setup", {
      body: {
        action: "add_node",
        host: "127.0.0.1",
        port: node.port,
        name: node.name.split("@")[0],
        username: name,
        password,
      },
    });
  }
  await everyNodeKnowsAll(nodes);
  await must(first, "POST", "/_cluster_setup", { body: { action: "finish_cluster" } });
  for (const node of nodes) {
    for (const system of ["_users", "_replicator"]) {
      await until(
        () => request(node, "GET", `/${system}`),
        (reply) => reply.status === 200,
      );
    }
  }
}

/** Resolves when every node sees every other: after joining, and after a restart. */
export async function everyNodeKnowsAll(nodes: readonly CouchNode[]): Promise<void> {
  for (const node of nodes) {
    await until(
      () => request(node, "GET", "/_membership"),
      ({ body }) => nodes.every(({ name }) => body?.all_nodes?.includes(name) && body.cluster_nodes.includes(name)),
    );
  }
}

/** In the form that every version from 1.3 on knows, so that all nodes have the same hash. */
function hashed(password: string): string {
  const salt = randomBytes(16).toString("hex");
  const iterations = 1000;
  return `-pbkdf2-${pbkdf2Sync(password, salt, iterations, 20, "sha1").toString("hex")},${salt},${iterations}`;
}
