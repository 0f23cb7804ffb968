/** Waits until CouchDB can be worked with: it is up, it takes the credentials, and, where asked for, all nodes are there. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorCode, MigrateError, toMigrateError } from "../errors.js";
import type { Listener } from "../events.js";
import type { Gateway } from "./gateway.js";
import { isAdmin, type Session } from "./login.js";
import { membership } from "./nodes.js";
import { path } from "./path.js";

export interface ReadyOptions {
  /** Milliseconds that are left. */
  readonly wait: number;
  /** Milliseconds that there were, for people; default: `wait`. */
  readonly outOf?: number;
  /** Wait also until every node of the cluster is connected: for what must be written to each. */
  readonly everyNode: boolean;
  readonly emit: Listener;
  readonly signal: AbortSignal;
}

/** What waiting does not mend. */
const final: ReadonlySet<ErrorCode> = new Set([
  "unauthorized",
  "locked-out",
  "missing-right",
  "interrupted",
  "come-again",
  "invalid-settings",
  "bug",
]);
const firstPause = 200;
const longestPause = 2_000;
/** How often it is said that the run waits: after this, then after twice that, and so on. */
const firstSaid = 1_000;

export async function waitUntilReady(couch: Gateway, options: ReadyOptions): Promise<void> {
  const { wait, outOf = wait, everyNode, emit, signal } = options;
  const start = performance.now();
  let pause = firstPause;
  let sayAt = 0;
  for (;;) {
    throwIfStopped(signal);
    const left = wait - (performance.now() - start);
    const missing = await look(couch, everyNode, Math.max(left, 1_000), signal);
    if (missing === undefined) return;
    const waited = performance.now() - start;
    if (waited + pause > wait) throw notReady(couch.url, missing, outOf);
    if (waited >= sayAt) {
      emit({ type: "waiting", url: couch.url, reason: missing.reason, milliseconds: Math.round(waited) });
      sayAt = Math.max(firstSaid, sayAt * 2);
    }
    await sleep(pause, undefined, { signal }).catch(() => throwIfStopped(signal));
    pause = Math.min(pause * 2, longestPause);
  }
}

interface Missing {
  readonly reason: string;
  readonly cause?: MigrateError;
  readonly nodes?: readonly string[];
}

async function look(
  couch: Gateway,
  everyNode: boolean,
  most: number,
  signal: AbortSignal,
): Promise<Missing | undefined> {
  try {
    const options = { timeout: Math.min(most, 10_000), signal };
    return (
      (await notUp(couch, options)) ?? (await notLoggedIn(couch, options)) ?? (await notAllNodes(couch, everyNode))
    );
  } catch (thrown) {
    const error = toMigrateError(thrown);
    if (final.has(error.code)) throw error;
    return { reason: error.message, cause: error };
  }
}

type Options = { readonly timeout: number; readonly signal: AbortSignal };

async function notUp(couch: Gateway, options: Options): Promise<Missing | undefined> {
  const { status, body } = await couch.once<{ status?: string } | null>(path`/_up`, { ...options, accept: [400, 404] });
  if (status === 200) return undefined;
  if (typeof body?.status === "string") return { reason: `CouchDB is up, but says ${JSON.stringify(body.status)}` };
  // 1.x has no _up, and takes it for the name of a database.
  const welcome = await couch.once<{ couchdb?: unknown } | null>(path`/`, options);
  return typeof welcome.body?.couchdb === "string" ? undefined : notCouchDB(couch);
}

function notCouchDB({ url }: Gateway): Missing {
  const reason = "what answers does not say that it is CouchDB";
  return { reason, cause: new MigrateError("not-couchdb", { message: `${reason}, at ${url}` }) };
}

async function notLoggedIn(couch: Gateway, options: Options): Promise<Missing | undefined> {
  const { body } = await couch.once<{ userCtx?: Partial<Session> } | null>(path`/_session`, options);
  if (typeof body?.userCtx !== "object") return notCouchDB(couch);
  const { name = null, roles = [] } = body.userCtx ?? {};
  if (name !== null || isAdmin({ name, roles })) return undefined;
  if (couch.login.name !== undefined) return { reason: "CouchDB does not yet say who is logged in" };
  throw new MigrateError("unauthorized", {
    message: `CouchDB at ${couch.url} asks for credentials, and none were given.`,
    next: "Set COUCHDB_USERNAME and COUCHDB_PASSWORD (or COUCHDB_PASSWORD_FILE), or put them into COUCHDB_URL.",
  });
}

async function notAllNodes(couch: Gateway, everyNode: boolean): Promise<Missing | undefined> {
  const members = everyNode ? await membership(couch) : undefined;
  const nodes = members?.cluster_nodes.filter((node) => !members.all_nodes.includes(node)) ?? [];
  if (nodes.length === 0) return undefined;
  return { reason: `${nodes.length === 1 ? "the node" : "the nodes"} ${nodes.join(", ")} can't be reached`, nodes };
}

function notReady(url: string, { reason, cause, nodes }: Missing, wait: number): MigrateError {
  const message = `CouchDB at ${url} was not ready within ${Math.round(wait / 100) / 10} s: ${reason}`;
  if (nodes) {
    return new MigrateError("unreachable", {
      message,
      data: { nodes },
      next: "Bring the nodes back, or remove them from the cluster; a step that writes to every node needs them all.",
    });
  }
  const code = cause?.code === "not-couchdb" ? "not-couchdb" : "unreachable";
  return new MigrateError(code, { message, ...(cause ? { cause, data: cause.data } : {}) });
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof MigrateError) throw signal.reason;
  throw new MigrateError("interrupted", { message: "The run was interrupted." });
}
