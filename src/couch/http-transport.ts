/** The light transport: node:http. It carries the first look of a run, which in most runs is the only one, and then nano. */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
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
  const options = { keepAlive: true, ...environmentProxy() };
  const agent = address.secure ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
  const start = address.secure ? requestHttps : requestHttp;

  function send(wire: WireRequest): Promise<WireResponse> {
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

  return { send, close: () => agent.destroy() };
}

/** An agent of one's own has to be told what fetch, and so nano, does by itself. Node.js before 22.21 and 24.5 ignores it. */
function environmentProxy(): { readonly proxyEnv?: NodeJS.ProcessEnv } {
  return process.env.NODE_USE_ENV_PROXY === "1" ? { proxyEnv: process.env } : {};
}

function collect(response: IncomingMessage, maxBody: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBody) reject(new TransportFailure("too-large", true, `the answer is longer than ${maxBody} bytes`));
      else chunks.push(chunk);
    });
    response.on("error", reject);
    response.on("close", () => reject(new TransportFailure("cut", true, "the answer was cut off")));
    response.on("end", () => {
      if (!response.complete) return;
      try {
        resolve(decode(Buffer.concat(chunks), response.headers["content-encoding"], maxBody));
      } catch (error) {
        reject(failureOf(error, true));
      }
    });
  });
}

/** Nothing asks for a coded answer here, but a proxy may send one. */
function decode(bytes: Buffer, encoding: string | undefined, maxOutputLength: number): string {
  if (encoding === "gzip" || encoding === "x-gzip") return gunzipSync(bytes, { maxOutputLength }).toString();
  if (encoding === "deflate") return inflateSync(bytes, { maxOutputLength }).toString();
  if (encoding === "br") return brotliDecompressSync(bytes, { maxOutputLength }).toString();
  return bytes.toString();
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) if (value !== undefined) headers[name] = String(value);
  return headers;
}
