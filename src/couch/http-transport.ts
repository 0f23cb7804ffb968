/** The implementation of `Transport`: node:http. */
import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { connect, type Socket, type TcpNetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { Tls } from "../contract/connection.js";
import { span } from "../text/span.js";
import type { Address } from "./connection.js";
import {
  defaultMaxBody,
  failureOf,
  type Transport,
  TransportFailure,
  type WireRequest,
  type WireResponse,
} from "./transport.js";

export function httpTransport(address: Address, tls: Tls = {}, maxBody = defaultMaxBody): Transport {
  let opened: ReturnType<typeof open> | undefined;

  async function send(wire: WireRequest): Promise<WireResponse> {
    opened ??= open(address, tls);
    const { agent, start } = await opened;
    return new Promise((resolve, reject) => {
      const body = typeof wire.body === "string" ? Buffer.from(wire.body) : wire.body;
      const length = body && (Buffer.isBuffer(body) ? body.length : body.bytes);
      const request = start({
        agent,
        host: address.host,
        port: address.port,
        method: wire.method,
        path: address.prefix + wire.target,
        headers: length === undefined ? wire.headers : { ...wire.headers, "content-length": length },
      });
      let connected = false;
      let answer: IncomingMessage | undefined;
      const end = (reason: unknown) => {
        settle();
        reject(reason);
        request.destroy();
      };
      const fail = (thrown: unknown) => end(failureOf(thrown, connected));
      const giveUp = (failure: TransportFailure) => {
        drop(request);
        fail(failure);
      };
      const failOnWire = (error: Error) => {
        // The response is complete; what happens on the connection later, which Node.js closes, does not belong to it.
        if (answer?.complete) return;
        if (!isUnparsable(error)) return fail(error);
        fail(request.reusedSocket && !answer ? strayBytes() : error);
      };
      const abort = () => giveUp(new TransportFailure("aborted", connected, "aborted"));
      const timer = setTimeout(() => {
        giveUp(new TransportFailure("timeout", connected, `no complete answer within ${span(wire.timeout)}`));
      }, wire.timeout);
      const moved = () => void timer.refresh();
      const isAnswered = () => answer !== undefined;
      const settle = () => {
        clearTimeout(timer);
        wire.signal.removeEventListener("abort", abort);
      };
      wire.signal.addEventListener("abort", abort);
      if (wire.signal.aborted) abort();

      const begin = () => {
        if (request.destroyed) return;
        try {
          wire.begin?.();
        } catch (refusal) {
          return end(refusal);
        }
        connected = true;
        if (body === undefined || Buffer.isBuffer(body)) request.end(body);
        else
          streamed()
            .then(({ streamBody }) => streamBody(request, body, { moved, isAnswered }))
            .catch(end);
      };
      request.on("socket", (socket) => {
        if (isReady(socket, address.secure)) begin();
        else socket.once(address.secure ? "secureConnect" : "connect", begin);
      });
      request.on("error", failOnWire);
      request.on("response", (response) => {
        answer = response;
        const isDigested = wire.digest === true && response.statusCode === 200;
        const body = isDigested
          ? streamed().then(({ digestOf }) => digestOf(response, moved))
          : collect(response, maxBody);
        body.then((text) => {
          settle();
          resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: text });
          // The server did not wait for the rest of the request, so this connection can't carry another one.
          if (!request.writableFinished) request.destroy();
        }, fail);
      });
    });
  }

  return { send, close: () => void opened?.then(({ agent }) => agent.destroy()) };
}

/** Loaded on demand, because few runs need it. */
function streamed() {
  return import("./streamed.js");
}

function isReady(socket: Socket, secure: boolean): boolean {
  return !(secure && "secureConnecting" in socket ? socket.secureConnecting : socket.connecting);
}

/**
 * The caller no longer waits for the response. The rest of the request in this machine's buffers must not arrive
 * minutes later, when the network is back; closing the connection normally would still send it, so it is reset.
 */
function drop(request: ClientRequest): void {
  const { socket } = request;
  const wire = socket && (wires.get(socket) ?? socket);
  if (wire && !wire.destroyed && !("encrypted" in wire)) wire.resetAndDestroy();
}

/** Loaded on demand, because TLS takes long to load. */
async function open({ secure }: Address, tls: Tls) {
  const options = { keepAlive: true, ...environmentProxy() };
  if (!secure) return { agent: cautious(new Agent(options)), start: requestHttp };
  const https = await import("node:https");
  const agent = cautious(new https.Agent({ ...options, ...tls }));
  if (!("proxyEnv" in options)) knowWires(agent);
  return { agent, start: https.request };
}

/** The TCP connections below TLS: only they can be reset. */
const wires = new WeakMap<Duplex, Socket>();

function knowWires(agent: HttpsAgent): void {
  const { createConnection } = agent;
  agent.createConnection = function (options, callback) {
    const wire = connect(options as TcpNetConnectOpts);
    let secured: Duplex | null | undefined;
    wire.on("error", (error) => secured?.destroy(error));
    try {
      secured = createConnection.call(this, { ...options, socket: wire } as typeof options, callback);
    } finally {
      // A certificate or a key can't be read; the socket has to be closed here, because no other code does.
      if (!secured) wire.destroy();
    }
    if (secured) wires.set(secured, wire);
    return secured;
  };
}

/**
 * Closes an idle keep-alive connection if anything arrives on it. CouchDB sends such bytes after some errors
 * (`_all_docs` of a partitioned database); the next request would take them for its response.
 */
function cautious<A extends Agent>(agent: A): A {
  const { keepSocketAlive, reuseSocket } = agent;
  const close = function (this: Duplex) {
    this.destroy();
  };
  agent.keepSocketAlive = function (socket: Duplex) {
    socket.once("data", close);
    return keepSocketAlive.call(this, socket);
  };
  agent.reuseSocket = function (socket: Duplex, request: ClientRequest) {
    socket.off("data", close);
    reuseSocket.call(this, socket, request);
  };
  return agent;
}

function isUnparsable(error: Error): boolean {
  return "code" in error && String(error.code).startsWith("HPE_");
}

/** They may arrive when the connection is in use again. It is unknown whether the request was read. */
function strayBytes(): TransportFailure {
  return new TransportFailure("cut", true, "the connection carried the rest of an earlier answer");
}

/**
 * With NODE_USE_ENV_PROXY=1, Node.js's own agents use the proxy variables; a custom agent has to be told to. Node.js
 * before 22.21 and 24.5 ignores this option.
 */
function environmentProxy(): { readonly proxyEnv?: NodeJS.ProcessEnv } {
  return process.env.NODE_USE_ENV_PROXY === "1" ? { proxyEnv: process.env } : {};
}

function collect(response: IncomingMessage, maxBody: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let whole = false;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBody) reject(new TransportFailure("too-large", true, `the answer is longer than ${maxBody} bytes`));
      else chunks.push(chunk);
    });
    response.on("error", reject);
    response.on("close", () => {
      if (!whole) reject(new TransportFailure("cut", true, "the answer was cut off"));
    });
    response.on("end", () => {
      whole = response.complete;
      if (!whole) return;
      decode(Buffer.concat(chunks), response.headers["content-encoding"], maxBody).then(resolve, (error) => {
        reject(failureOf(error, true));
      });
    });
  });
}

/** We never ask for an encoded response, but a proxy may send one. */
async function decode(bytes: Buffer, encoding: string | undefined, maxOutputLength: number): Promise<string> {
  if (encoding === undefined || !codings.has(encoding)) return bytes.toString();
  const zlib = await import("node:zlib");
  if (encoding === "br") return zlib.brotliDecompressSync(bytes, { maxOutputLength }).toString();
  const inflate = encoding === "deflate" ? zlib.inflateSync : zlib.gunzipSync;
  return inflate(bytes, { maxOutputLength }).toString();
}

const codings: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate", "br"]);

function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) if (value !== undefined) headers[name] = String(value);
  return headers;
}
