/** The nodes of a cluster and their configuration. CouchDB 1.x is one node, whose configuration is at `/_config`. */
import { MigrateError, toMigrateError } from "../contract/errors.js";
import { configRefusal, isReadOnlyFile } from "./config-refusal.js";
import type { Answer, Couch } from "./couch.js";
import { readOfNodes } from "./nodes-closed.js";
import { type Path, path } from "./path.js";
import { readIfAllowed } from "./read-if-allowed.js";
import { separate } from "./separate-section.js";
import { sharedIn } from "./shared.js";
import { isAtLeast } from "./version.js";

/** The nodes that were read or assumed in a run. */
interface Known {
  names?: readonly string[] | undefined;
}

function knownIn(couch: Couch): Known {
  return sharedIn(couch, noneKnown);
}

function noneKnown(): Known {
  return {};
}

const local = "_local";

/** The nodes that were read or assumed in this run. */
export function knownNodes(couch: Couch): readonly string[] | undefined {
  return knownIn(couch).names;
}

/** Assumes that these are the cluster's nodes, so that the first check need not ask; `undefined`: ask again. */
export function assumeNodes(couch: Couch, names: readonly string[] | undefined): void {
  knownIn(couch).names = names && names.length > 0 ? names : undefined;
}

/** The nodes of the cluster, whether they are up or not. Needs a server admin. */
export async function clusterNodes(couch: Couch): Promise<readonly string[]> {
  const names = knownNodes(couch) ?? (await askForNodes(couch));
  knownIn(couch).names = names;
  return names;
}

interface Membership {
  readonly all_nodes: readonly string[];
  readonly cluster_nodes: readonly string[];
}

/** `undefined` on 1.x, which has no clusters. */
export async function membership(couch: Couch): Promise<Membership | undefined> {
  if (await isOne(couch)) return undefined;
  return (await readOfNodes<Membership>(couch, path`/_membership`, { fresh: true })).body;
}

async function askForNodes(couch: Couch): Promise<readonly string[]> {
  return (await membership(couch))?.cluster_nodes ?? [local];
}

/** The name of the node that answers; `undefined`: CouchDB is too old to say, or a proxy does not pass this on. */
export async function nodeSpokenTo(couch: Couch): Promise<string | undefined> {
  return (await readIfAllowed<{ name?: string }>(couch, path`/_node/_local`, { fresh: true }))?.name;
}

/** A section of a node's configuration; empty if it does not exist. Its values may be secret. */
export async function configSection(couch: Couch, node: string, section: string): Promise<Record<string, string>> {
  const at = await configPath(couch, node, section);
  const { status, body } = await readOfNodes<Record<string, string>>(couch, at, { accept: [412] }, saysNoSuchNode);
  if (status === 404) throw noSuchNode(couch, node);
  if (status === 412) throw nodeDown(node);
  return body;
}

/** CouchDB's only reason for a 404 here. */
function saysNoSuchNode({ body }: Pick<Answer<{ readonly reason?: string }>, "body">): boolean {
  return /no such node/.test(body.reason ?? "");
}

/** The result for one node; a node that is down has none. */
export type NodeLook<Seen> =
  | { readonly node: string; readonly down: false; readonly seen: Seen }
  | { readonly node: string; readonly down: true };

/**
 * Calls `look` for every node of the cluster. If a node is down, the others are still checked. If one has left the
 * cluster since it was assumed, it is dropped, and the cluster is asked again.
 */
export async function onEveryNode<Seen>(
  couch: Couch,
  look: (node: string) => Promise<Seen>,
): Promise<readonly NodeLook<Seen>[]> {
  const nodes = await clusterNodes(couch);
  const looks = await Promise.all(nodes.map((node) => lookAt(node, look)));
  if (looks.every((one) => one !== undefined)) return looks;
  assumeNodes(couch, undefined);
  const now = await clusterNodes(couch);
  return Promise.all(now.map(async (node) => (await lookAt(node, look)) ?? { node, down: true as const }));
}

/** `undefined`: the node does not exist. */
async function lookAt<Seen>(node: string, look: (node: string) => Promise<Seen>): Promise<NodeLook<Seen> | undefined> {
  try {
    return { node, down: false, seen: await look(node) };
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (error.code !== "node-down") throw error;
    return error.data.known === false ? undefined : { node, down: true };
  }
}

/**
 * Sets a value on one node. An admin's value has to be a hash. CouchDB answers with the old value, which is not read
 * because it may be a hash.
 */
export async function setConfig(
  couch: Couch,
  node: string,
  section: string,
  key: string,
  value: string,
): Promise<void> {
  const at = await configPath(couch, node, section, key);
  const values = await configSection(couch, node, section);
  const before = values[key];
  // 1.x hashes every value, even a hash, unless told not to.
  const query = section === "admins" && (await isOne(couch)) ? { raw: true } : {};
  try {
    if (Object.keys(values).length === 0) {
      await separate(couch, section, (separator) => configPath(couch, node, separator, "end"));
    }
    await couch.write("PUT", at, { body: value, query, repeatable: true });
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (isReadOnlyFile(error)) await undoInMemory(couch, at, before);
    throw configRefusal(error, node, section, key);
  }
}

/** Removes a value on one node; a missing value is not an error. */
export async function deleteConfig(couch: Couch, node: string, section: string, key: string): Promise<void> {
  try {
    const at = await configPath(couch, node, section, key);
    const answer = await couch.write<{ reason?: string }>("DELETE", at, { accept: [404], repeatable: true });
    if (answer.status === 404 && saysNoSuchNode(answer)) throw noSuchNode(couch, node);
  } catch (thrown) {
    throw configRefusal(toMigrateError(thrown), node, section, key);
  }
}

async function configPath(couch: Couch, node: string, section: string, key?: string): Promise<Path> {
  if (await isOne(couch)) return key === undefined ? path`/_config/${section}` : path`/_config/${section}/${key}`;
  if (key === undefined) return path`/_node/${node}/_config/${section}`;
  return path`/_node/${node}/_config/${section}/${key}`;
}

async function isOne(couch: Couch): Promise<boolean> {
  return !isAtLeast(await couch.version(), "2.0");
}

function nodeDown(node: string): MigrateError {
  return new MigrateError("node-down", { message: `The cluster's node ${node} does not answer.`, data: { node } });
}

/** What was known about the nodes is wrong in this case. */
function noSuchNode(couch: Couch, node: string): MigrateError {
  assumeNodes(couch, undefined);
  return new MigrateError("node-down", { message: `The cluster has no node ${node}.`, data: { node, known: false } });
}

/** A value that is only in memory would be gone after a restart, and until then would hide that the step failed. */
async function undoInMemory(couch: Couch, at: Path, before: string | undefined): Promise<void> {
  const options = { headers: { "X-Couch-Persist": "false" }, repeatable: true };
  try {
    if (before === undefined) await couch.write("DELETE", at, { ...options, accept: [404] });
    else await couch.write("PUT", at, { ...options, body: before });
  } catch {
    // The original failure is reported, not this one.
  }
}
