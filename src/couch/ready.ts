/** Waits until CouchDB is ready: it is up, it accepts the credentials and, if required, all nodes are connected. */
import { type ErrorCode, MigrateError, toMigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import { span } from "../text/span.js";
import { firstSaid } from "./contact.js";
import type { Gateway } from "./gateway.js";
import { assertRoot } from "./identity.js";
import { membership } from "./nodes.js";
import { path } from "./path.js";
import { pause, throwIfStopped } from "./pause.js";
import { isRefusedByOther } from "./read-if-allowed.js";
import { isAdmin, type Session } from "./session.js";
import { notCouchDB } from "./wrong-address.js";

export interface ReadyOptions {
  /** How long to wait for a server that can't be reached, in milliseconds. */
  readonly wait: number;
  /** How long to wait for a server that answers but is not ready. Default: `wait`. */
  readonly patience?: number;
  /** When the wait started, by a monotonic clock. Default: now. */
  readonly since?: number;
  /** The error of the last request, if one was sent already. */
  readonly seen?: MigrateError;
  /** Also wait until every node of the cluster is connected: for writes to each node. */
  readonly everyNode: boolean;
  /** CouchDB has accepted the login: both requests are sent at the same time. Otherwise, a wrong one is sent once. */
  readonly loggedIn?: boolean | undefined;
  readonly emit: Listener;
  readonly signal: AbortSignal;
}

/** Errors that waiting does not change. */
const final: ReadonlySet<ErrorCode> = new Set([
  "unauthorized",
  "locked-out",
  "missing-permission",
  "wrong-address",
  "gateway-refused",
  "interrupted",
  "incomplete",
  "invalid-settings",
  "bug",
]);
const firstPause = 200;
const longestPause = 2_000;

export async function waitUntilReady(couch: Gateway, options: ReadyOptions): Promise<void> {
  const { wait, patience = wait, since = performance.now(), seen, everyNode, loggedIn, emit, signal } = options;
  let missing = seen && missingFor(seen);
  let between = firstPause;
  let sayAt = 0;
  for (;;) {
    throwIfStopped(signal);
    if (missing) {
      const waited = performance.now() - since;
      const limit = missing.answered ? patience : wait;
      if (waited >= limit) throw notReady(couch.url, missing, limit);
      if (waited >= sayAt) {
        emit({ type: "waiting", url: couch.url, reason: missing.reason, milliseconds: Math.round(waited) });
        sayAt = Math.max(firstSaid, waited * 2);
      }
      // The last check is at the limit.
      await pause(Math.min(between, limit - waited), signal);
      between = Math.min(between * 2, longestPause);
    }
    const limit = missing?.answered || wait === 0 ? Math.max(wait, patience) : wait;
    const left = limit - (performance.now() - since);
    missing = await look(couch, { everyNode, loggedIn }, Math.max(left, 1_000), signal);
    if (missing === undefined) return;
  }
}

interface Missing {
  readonly reason: string;
  /** The server was reached. */
  readonly answered: boolean;
  readonly cause?: MigrateError;
  readonly nodes?: readonly string[];
}

async function look(
  couch: Gateway,
  { everyNode, loggedIn = false }: Pick<ReadyOptions, "everyNode" | "loggedIn">,
  most: number,
  signal: AbortSignal,
): Promise<Missing | undefined> {
  try {
    const options = { timeout: Math.min(most, 10_000), signal };
    const up = notUp(couch, options);
    const login = loggedIn ? notLoggedIn(couch, options) : undefined;
    // If CouchDB is not up, nobody waits for this.
    login?.catch(() => {});
    return (await up) ?? (await (login ?? notLoggedIn(couch, options))) ?? (await notAllNodes(couch, everyNode));
  } catch (thrown) {
    return missingFor(toMigrateError(thrown));
  }
}

/** Throws errors that waiting does not change. */
function missingFor(error: MigrateError): Missing {
  if (final.has(error.code)) throw error;
  const { what, status } = error.data;
  const reason = typeof what === "string" ? what : error.message;
  return { reason, answered: typeof status === "number", cause: error };
}

type Options = { readonly timeout: number; readonly signal: AbortSignal };

async function notUp(couch: Gateway, options: Options): Promise<Missing | undefined> {
  const asked = couch.once<{ status?: string } | null>(path`/_up`, { ...options, accept: [400, 401, 403, 404, 405] });
  const answer = await asked.catch(unlessRefused);
  if (answer?.status === 200) return undefined;
  if (typeof answer?.body?.status === "string") {
    return { reason: `CouchDB is up, but reports ${JSON.stringify(answer.body.status)}`, answered: true };
  }
  // 1.x has no `_up`, and takes it for the name of a database; a database takes it for a document id. A service or a
  // proxy may refuse it.
  await assertRoot({ url: couch.url, read: couch.once }, options);
  return undefined;
}

function unlessRefused(thrown: unknown): undefined {
  if (!isRefusedByOther(thrown)) throw thrown;
}

async function notLoggedIn(couch: Gateway, options: Options): Promise<Missing | undefined> {
  const { body } = await couch.once<{ userCtx?: Partial<Session> } | null>(path`/_session`, options);
  if (typeof body?.userCtx !== "object") throw notCouchDB(couch.url);
  const { name = null, roles = [] } = body.userCtx ?? {};
  if (name !== null || isAdmin({ name, roles })) return undefined;
  const error = couch.login.anonymous();
  if (error) throw error;
  return { reason: "CouchDB does not say yet who is logged in", answered: true };
}

async function notAllNodes(couch: Gateway, everyNode: boolean): Promise<Missing | undefined> {
  const members = everyNode ? await membership(couch) : undefined;
  const nodes = members?.cluster_nodes.filter((node) => !members.all_nodes.includes(node)) ?? [];
  if (nodes.length === 0) return undefined;
  const reason = `${nodes.length === 1 ? "the node" : "the nodes"} ${nodes.join(", ")} can't be reached`;
  return { reason, answered: true, nodes };
}

function notReady(url: string, { reason, answered, cause, nodes }: Missing, waited: number): MigrateError {
  const message =
    waited === 0 && !answered
      ? `no CouchDB found at ${url}: ${reason}`
      : `CouchDB at ${url} was not ready within ${span(waited)}: ${reason}`;
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
