/** The HTTP layer: reads requests, writes responses, and survives any input. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { authorize } from "./authorization.js";
import { isObject } from "./json.js";
import type { Node } from "./node.js";
import { CouchError, type Reply } from "./reply.js";
import { type CouchRequest, parseTarget } from "./request.js";
import { route } from "./router.js";
import { fromPouch } from "./storage/write.js";

/** Large enough for a batch of several documents of the maximum size. */
const maxBodyBytes = 64 * 1024 * 1024;

export function createHttpServer(node: Node, closing: AbortSignal): Server {
  const server = createServer((incoming, response) => {
    respond(node, incoming, response, closing).catch(() => response.destroy());
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  return server;
}

async function respond(
  node: Node,
  incoming: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  let reply: Reply;
  try {
    reply = await answer(node, incoming, AbortSignal.any([gone.signal, closing]));
    // What is confirmed survives a kill of the process.
    node.save();
  } catch (error) {
    reply = toCouchError(error).toReply();
  }
  if (!response.destroyed) send(node, incoming, response, reply);
}

async function answer(node: Node, incoming: IncomingMessage, signal: AbortSignal): Promise<Reply> {
  const body = await readBody(incoming);
  const request: CouchRequest = {
    method: incoming.method === "HEAD" ? "GET" : (incoming.method ?? "GET"),
    ...parseTarget(incoming.url ?? "/"),
    headers: incoming.headers,
    body,
    peer: incoming.socket.remoteAddress ?? "",
    signal,
  };
  const user = await node.authenticator.identify(request);
  authorize(node, request, user);
  return route({ node, request, user });
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
  }
  if (length > maxBodyBytes) throw new CouchError(413, "too_large", "the request entity is too large");
  return Buffer.concat(chunks);
}

function send(
  node: Node,
  incoming: IncomingMessage,
  response: ServerResponse,
  { status, headers, json, raw }: Reply,
): void {
  const body = raw ?? (json === undefined ? "" : `${JSON.stringify(json)}\n`);
  response.writeHead(status, {
    "Cache-Control": "must-revalidate",
    Server: `CouchDB/${node.profile.version} (embedded)`,
    ...(raw === undefined && json !== undefined ? { "Content-Type": "application/json" } : {}),
    ...headers,
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(incoming.method === "HEAD" ? undefined : body);
}

/** PouchDB rejects with plain objects that have a status. Anything else is a bug, and a 500. */
function toCouchError(error: unknown): CouchError {
  if (error instanceof CouchError) return error;
  if (isObject(error) && typeof error.status === "number" && !(error instanceof Error)) return fromPouch(error);
  return new CouchError(500, "unknown_error", error instanceof Error ? error.message : String(error));
}
