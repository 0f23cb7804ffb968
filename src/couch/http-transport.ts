/** The light transport: node:http. It carries the first look of a run, which in most runs is the only one, and then nano. */
import { Agent, type IncomingMessage, request as requestHttp } from "node:http";
import type { Address, Tls } from "./connection.js";
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
      const body = wire.body === undefined ? undefined : Buffer.from(wire.body);
      const request = start({
        agent,
        host: address.host,
        port: address.port,
        method: wire.method,
        path: address.prefix + wire.target,
        headers: body ? { ...wire.headers, "content-length": body.length } : wire.headers,
      });
      let connected = false;
      const fail = (thrown: unknown) => {
        settle();
        reject(failureOf(thrown, connected));
        request.destroy();
      };
      const abort = () => fail(new TransportFailure("aborted", connected, "aborted"));
      const timer = setTimeout(() => {
        fail(new TransportFailure("timeout", connected, `no complete answer within ${wire.timeout} ms`));
      }, wire.timeout);
      const settle = () => {
        clearTimeout(timer);
        wire.signal.removeEventListener("abort", abort);
      };
      wire.signal.addEventListener("abort", abort);
      if (wire.signal.aborted) abort();

      request.on("socket", (socket) => {
        if (!socket.connecting) connected = true;
        else
          socket.once(address.secure ? "secureConnect" : "connect", () => {
            connected = true;
          });
      });
      request.on("error", fail);
      request.on("response", (response) => {
        collect(response, maxBody).then((text) => {
          settle();
          resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: text });
        }, fail);
      });
      request.end(body);
    });
  }

  return { send, close: () => void opened?.then(({ agent }) => agent.destroy()) };
}

/** TLS takes its time to load. */
async function open({ secure }: Address, tls: Tls) {
  const options = { keepAlive: true, ...environmentProxy() };
  if (!secure) return { agent: new Agent(options), start: requestHttp };
  const https = await import("node:https");
  return { agent: new https.Agent({ ...options, ...tls }), start: https.request };
}

/** An agent of one's own has to be told what fetch, and so nano, does by itself. Node.js before 22.21 and 24.5 ignores it. */
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

/** Nothing asks for a coded answer here, but a proxy may send one. */
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
