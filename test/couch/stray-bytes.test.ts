/** Bytes that CouchDB sends on the same connection after some errors are not an answer to any request. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { addressOf } from "../../src/couch/connection.js";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { httpTransport } from "../../src/couch/http-transport.js";
import { path } from "../../src/couch/path.js";

const refusal = '{"error":"illegal_docid","reason":"Doc id must be of form partition:id"}\n';
const http = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
/** As CouchDB 3.5.0 does after `_all_docs` on a partitioned database. */
const stray = '2c\r\n{"total_rows":0,"offset":null,"rows":[\r\n\r\n]}\r\n0\r\n\r\n';
const refused = http("400 Bad Request", refusal);
const fine = http("200 OK", '{"ok":true}');

let server: Server | undefined;
let couch: Gateway | undefined;
afterEach(async () => {
  await couch?.close();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
});

interface Listening {
  readonly url: string;
  /** The number of requests on each connection, in the order in which they were opened. */
  readonly connections: number[];
}

/** `answer`: to the request with this number (1, 2, …) on its connection. */
async function listen(answer: (socket: Socket, connection: number, request: number) => void): Promise<Listening> {
  const connections: number[] = [];
  server = createServer((socket) => {
    const connection = connections.push(0) - 1;
    socket.on("error", () => {});
    socket.on("data", () => {
      connections[connection] = (connections[connection] ?? 0) + 1;
      answer(socket, connection, connections[connection] ?? 0);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections };
}

function open(url: string): Gateway {
  const signal = new AbortController().signal;
  couch = openCouch({ url }, { emit: () => {}, signal, readOnly: false, retry: { pause: 1 } });
  return couch;
}

test("the refused request gets its answer, even if the bytes arrive with it", async () => {
  const { url, connections } = await listen((socket) => socket.write(refused + stray));
  const error = open(url).read(path`/db/_all_docs`);
  await expect(error).rejects.toMatchObject({ code: "request-failed", data: { error: "illegal_docid" } });
  await expect(couch?.read(path`/db/_all_docs`, { fresh: true })).rejects.toMatchObject({ code: "request-failed" });
  expect(connections).toEqual([1, 1]);
});

test("an idle connection that receives bytes is closed, and not used again", async () => {
  const { url, connections } = await listen((socket, connection) => {
    socket.write(connection === 0 ? refused : fine);
    if (connection === 0) setTimeout(() => socket.write(stray), 20);
  });
  const transport = httpTransport(addressOf({ url }));
  const send = () =>
    transport.send({ method: "GET", target: "/db", headers: {}, timeout: 5_000, signal: new AbortController().signal });
  expect((await send()).status).toBe(400);
  const closed = new Promise((resolve) => server?.getConnections(resolve));
  await closed;
  while ((await connectionsOpen()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await send()).status).toBe(200);
  expect(connections).toEqual([1, 1]);
  transport.close();
});

function connectionsOpen(): Promise<number> {
  return new Promise((resolve) => server?.getConnections((_, count) => resolve(count)));
}

/** The bytes come once the connection is in use again: the second request on it gets them instead of its answer. */
const late = () =>
  listen((socket, connection, request) => {
    if (connection > 0) socket.write(fine);
    else socket.write(request === 1 ? refused : stray);
  });

test("a read that gets stray bytes is sent again on another connection", async () => {
  const { url, connections } = await late();
  await expect(open(url).read(path`/db/a`)).rejects.toMatchObject({ code: "request-failed" });
  expect((await couch?.read(path`/db/b`))?.status).toBe(200);
  expect(connections).toEqual([2, 1]);
});

test("a repeatable write is sent again, too; the outcome of any other write is unknown", async () => {
  const first = await late();
  await expect(open(first.url).read(path`/db/a`)).rejects.toMatchObject({ code: "request-failed" });
  expect((await couch?.write("PUT", path`/db`, { body: {}, repeatable: true }))?.status).toBe(200);
  expect(first.connections).toEqual([2, 1]);
  await couch?.close();
  const second = await late();
  await expect(open(second.url).read(path`/db/a`)).rejects.toMatchObject({ code: "request-failed" });
  const single = couch?.write("POST", path`/db`, { body: {}, repeatable: false });
  await expect(single).rejects.toMatchObject({ code: "outcome-unknown" });
  expect(second.connections).toEqual([2]);
});

test("a server that never speaks HTTP is reported as such", async () => {
  const { url } = await listen((socket) => socket.write("220 smtp.example ready\r\n"));
  await expect(open(url).read(path`/db`)).rejects.toMatchObject({ code: "not-couchdb", data: { failure: "not-http" } });
});
