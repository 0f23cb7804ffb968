/** The implementation of `Couch`: decides what may be read and written, and caches what the run has read. */
import { setMaxListeners } from "node:events";
import type { Connection } from "../contract/connection.js";
import { bug, MigrateError } from "../contract/errors.js";
import type { Answer, Couch, Query, ReadOptions, WriteOptions } from "./couch.js";
import { Exchange, type ExchangeOptions, type Request } from "./exchange.js";
import type { Guard } from "./guard.js";
import { Memo, scopeOf } from "./memo.js";
import { type Path, path as pathOf } from "./path.js";
import { fragileIn, ProxyPaths } from "./proxy-paths.js";
import { isReading } from "./reading.js";
import { isRevised } from "./revised.js";
import { assertWritten } from "./written.js";
import { notCouchDB } from "./wrong-address.js";

/** The server, with functions for the run itself. */
export interface Gateway extends Couch {
  /** The same server and the same cache, for writes that this guard allows. */
  under(guard: Guard): Gateway;
  /** Allows `write` from now on. A plan never calls it. */
  allowWrites(): void;
  /** Sends a read once, ignoring the cache. For waiting until the server is up. */
  once<Body = unknown>(path: Path, options?: ReadOptions): Promise<Answer<Body>>;
  /** Throws if a proxy changes paths that contain these characters encoded. `write` checks this itself. */
  assertPathsKept(characters: string): Promise<void>;
  /** The results of requests until CouchDB first answered. */
  readonly contact: { readonly made: boolean; readonly trouble: string; readonly limit: string | undefined };
  /**
   * How many seconds the server's clock is ahead of this machine's, according to its last response; `undefined`:
   * unknown.
   */
  readonly clockOffset: number | undefined;
  /** Aborted, with the reason, if a rate limit has let no request through for too long. */
  readonly starved: AbortSignal;
  /** Aborts requests that are in flight, with `reason`; later requests are sent as usual. */
  cut(reason: MigrateError): void;
  close(): Promise<void>;
}

export interface GatewayOptions extends ExchangeOptions {
  /** Default true: writes must be allowed explicitly. */
  readonly readOnly?: boolean;
}

/** How long other nodes may not know a new database, in milliseconds. */
const newFor = 5_000;

export function openCouch(connection: Connection, options: GatewayOptions): Gateway {
  const exchange = new Exchange(connection, options);
  const memo = new Memo();
  /** When this run created each database, by encoded name. */
  const created = new Map<string, number>();
  /** The databases whose creation a quorum confirmed immediately. */
  const made = new Set<string>();
  let welcome: string | undefined;
  let readOnly = options.readOnly ?? true;
  let underWay = new AbortController();
  let ended = endOf(underWay.signal, options.signal);

  function requestOf(
    method: string,
    path: Path,
    given: ReadOptions & Partial<WriteOptions>,
    reading: boolean,
    guard: Guard | undefined,
  ): Request {
    const { body, json, stream, query, accept = [], headers = {}, repeatable = reading, signal } = given;
    const { text, digest, urgent = false, timeout = exchange.timeout } = given;
    const madeAt = created.get(scopeOf(path));
    const revised = reading || isRevised(path);
    const ends = [ended, ...(signal ? [signal] : []), ...(guard && !reading ? [guard.lost] : [])];
    return {
      method,
      target: path + queryText(query),
      body: stream ?? json ?? (body === undefined ? undefined : JSON.stringify(body)),
      headers,
      accept,
      reading,
      // Under a lease, a request is not repeated blindly: the caller first checks what the server holds, and decides
      // again.
      repeatable: repeatable && (guard === undefined || revised),
      revised,
      justCreated: madeAt !== undefined && performance.now() - madeAt < newFor,
      timeout,
      signal: ends.length > 1 ? AbortSignal.any(ends) : ended,
      once: false,
      urgent,
      ...(guard ? { guard } : {}),
      ...(text ? { text } : {}),
      ...(digest ? { digest } : {}),
    };
  }

  function readingOf(path: Path, given: ReadOptions, guard?: Guard): Request {
    const method = given.body === undefined ? "GET" : "POST";
    if (!isReading(method, path)) throw bug(`${method} ${path} is not known to only read`);
    return requestOf(method, path, given, true, guard);
  }

  async function read<Body>(path: Path, given: ReadOptions = {}, guard?: Guard): Promise<Answer<Body>> {
    const request = readingOf(path, given, guard);
    if (given.keep === false) return (await exchange.send(request)) as Answer<Body>;
    const key = JSON.stringify([request.target, request.body ?? null, request.accept]);
    const answer = await memo.read(request.target, key, given.fresh ?? false, () => exchange.send(request));
    return answer as Answer<Body>;
  }

  async function once<Body>(path: Path, given: ReadOptions = {}): Promise<Answer<Body>> {
    return (await exchange.send({ ...readingOf(path, given), once: true })) as Answer<Body>;
  }

  async function write<Body>(
    method: "PUT" | "POST" | "DELETE",
    path: Path,
    given: WriteOptions,
    guard?: Guard,
  ): Promise<Answer<Body>> {
    if (readOnly) throw bug(`${method} ${path} would write, but this run only reads`);
    await proxyPaths.assertKept(fragileIn(path));
    await guard?.begin?.();
    const request = requestOf(method, path, given, false, guard);
    memo.written(path);
    try {
      const answer = await exchange.send(request);
      assertWritten(method, path, answer.status, answer.body);
      if (path === `/${scopeOf(path)}`) noteDatabase(method, scopeOf(path), answer.status);
      return answer as Answer<Body>;
    } finally {
      memo.written(path);
    }
  }

  async function isDiskFull(database: string): Promise<boolean> {
    const limit = pathOf`/${database}/_revs_limit`;
    const sent = { once: true, timeout: Math.min(exchange.timeout, 5_000) };
    try {
      const { body } = await exchange.send({ ...readingOf(limit, {}), ...sent });
      await exchange.send({ ...requestOf("PUT", limit, { body }, false, undefined), ...sent });
      return false;
    } catch (error) {
      return error instanceof MigrateError && error.code === "disk-full";
    }
  }

  const proxyPaths = new ProxyPaths((path, options) => read(path, options));

  function noteDatabase(method: string, database: string, status: number): void {
    if (method === "PUT" && (status === 201 || status === 202)) created.set(database, performance.now());
    if (method === "PUT" && status === 201) made.add(database);
    else made.delete(database);
    if (method === "DELETE") created.delete(database);
  }

  async function version(): Promise<string> {
    const known = exchange.version ?? welcome;
    if (known !== undefined) return known;
    const { body } = await read<{ couchdb?: unknown; version?: unknown } | null>(pathOf`/`);
    if (typeof body?.couchdb !== "string" || typeof body.version !== "string") throw notCouchDB(exchange.url);
    welcome = body.version;
    return welcome;
  }

  const gateway: Gateway = {
    url: exchange.url,
    login: exchange.login,
    contact: exchange.contact,
    starved: exchange.throttle.starved,
    requests: exchange.requests,
    shared: new Map(),
    version,
    read: (path, options) => read(path, options),
    once,
    write: (method, path, options) => write(method, path, options),
    under: (guard) =>
      Object.create(gateway, {
        behind: { value: gateway },
        read: { value: (path: Path, options?: ReadOptions) => read(path, options, guard) },
        write: { value: (...sent: Parameters<Couch["write"]>) => write(...sent, guard) },
      }),
    assertPathsKept: (characters) => proxyPaths.assertKept(characters),
    forget: (database) => memo.forget(database),
    askInDoubt: (database) => {
      exchange.isDiskFull = () => isDiskFull(database);
    },
    made: (database) => made.has(encodeURIComponent(database)),
    allowWrites: () => {
      readOnly = false;
    },
    cut: (reason) => {
      underWay.abort(reason);
      underWay = new AbortController();
      ended = endOf(underWay.signal, options.signal);
    },
    close: async () => exchange.close(),
    get epoch() {
      return memo.epoch;
    },
    get clockOffset() {
      return exchange.clockOffset;
    },
  };
  return gateway;
}

function queryText(query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return "";
  return `?${pairs.map((pair) => pair.map((part) => encodeURIComponent(String(part))).join("=")).join("&")}`;
}

/** Every request in flight listens to it. With more than ten listeners, Node.js would warn our users about a leak. */
function endOf(...signals: readonly AbortSignal[]): AbortSignal {
  const ended = AbortSignal.any([...signals]);
  setMaxListeners(0, ended);
  return ended;
}
