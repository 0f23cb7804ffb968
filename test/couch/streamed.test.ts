/** Bodies that are sent and received piece by piece. */
import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { addressOf } from "../../src/couch/connection.js";
import { httpTransport } from "../../src/couch/http-transport.js";
import { multipart } from "../../src/couch/multipart.js";
import type { BodyStream, WireRequest } from "../../src/couch/transport.js";

const piece = Buffer.alloc(64 * 1024, "zerg");

const stream = (pieces: number, more: Partial<BodyStream> = {}): BodyStream => ({
  bytes: pieces * piece.length,
  async *open() {
    for (let i = 0; i < pieces; i += 1) yield piece;
  },
  ...more,
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return transportTo((server.address() as AddressInfo).port, () => {
    server.closeAllConnections();
    server.close();
  });
}

function transportTo(port: number, close: () => void) {
  const transport = httpTransport(addressOf({ url: `http://127.0.0.1:${port}` }));
  onTestFinished(() => {
    transport.close();
    close();
  });
  return (request: Partial<WireRequest>) =>
    transport.send({
      method: "PUT",
      target: "/db/doc",
      headers: {},
      timeout: 20_000,
      signal: new AbortController().signal,
      ...request,
    });
}

/** Answers with the number of bytes that have arrived, and their declared number. */
const counting: RequestListener = (request, response) => {
  let bytes = 0;
  request.on("error", () => {});
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on("end", () => {
    response.end(JSON.stringify({ bytes, declared: Number(request.headers["content-length"]) }));
  });
};

test("arrives whole, with its length, again for each request, on one connection", async () => {
  const sockets = new Set<unknown>();
  const send = await serve((request, response) => {
    sockets.add(request.socket);
    counting(request, response);
  });
  const body = stream(40);
  for (let i = 0; i < 2; i += 1) {
    expect(JSON.parse((await send({ body })).body)).toEqual({ bytes: body.bytes, declared: body.bytes });
  }
  expect(sockets.size).toBe(1);
});

test("takes little memory", { timeout: 60_000 }, async () => {
  const send = await serve(counting);
  await send({ body: stream(100) });
  const before = process.memoryUsage.rss();
  let highest = 0;
  const pieces = 3_000;
  const body = stream(pieces, {
    async *open() {
      for (let i = 0; i < pieces; i += 1) {
        if (i % 100 === 0) highest = Math.max(highest, process.memoryUsage.rss());
        yield Buffer.from(piece);
      }
    },
  });
  expect(JSON.parse((await send({ body })).body)).toMatchObject({ bytes: body.bytes });
  expect(highest - before).toBeLessThan(body.bytes / 3);
});

test("a server that refuses early is understood, and gets no further request on that connection", async () => {
  const refusal = JSON.stringify({ error: "attachment_too_large", reason: "photo" });
  const closed: Promise<void>[] = [];
  let received = 0;
  const server = createSocketServer((socket) => {
    closed.push(new Promise((resolve) => void socket.on("close", () => resolve())));
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(`HTTP/1.1 413 Too Large\r\ncontent-length: ${refusal.length}\r\n\r\n${refusal}`);
    });
    socket.on("data", (chunk) => {
      received += chunk.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const send = transportTo((server.address() as AddressInfo).port, () => void server.close());
  for (let i = 0; i < 2; i += 1) {
    expect(await send({ body: stream(2_000) })).toMatchObject({ status: 413, body: refusal });
  }
  expect(closed).toHaveLength(2);
  await Promise.all(closed);
  expect(received).toBeLessThan(stream(2_000).bytes);
});

test("a body that can't be read to its end is not taken for whole", async () => {
  let arrived = (_complete: boolean) => {};
  const isWhole = new Promise<boolean>((resolve) => {
    arrived = resolve;
  });
  const send = await serve((request) => {
    request.on("error", () => {});
    request.on("close", () => arrived(request.complete));
    request.resume();
  });
  const body = stream(2, {
    async *open() {
      yield piece;
      throw new Error("the file has changed");
    },
  });
  await expect(send({ body })).rejects.toMatchObject({ message: expect.stringContaining("the file has changed") });
  expect(await isWhole).toBe(false);
});

test("the time-out is for the time without progress", async () => {
  const send = await serve(counting);
  const timeout = 2_000;
  const slow = stream(8, {
    async *open() {
      for (let i = 0; i < 8; i += 1) {
        await new Promise((resolve) => setTimeout(resolve, timeout / 5));
        yield piece;
      }
    },
  });
  expect(JSON.parse((await send({ body: slow, timeout })).body)).toMatchObject({ bytes: slow.bytes });
  const stalled = stream(8, {
    async *open() {
      yield piece;
      await new Promise(() => {});
    },
  });
  await expect(send({ body: stalled, timeout })).rejects.toMatchObject({ kind: "timeout" });
});

test("an answer of any size is digested; a refusal is read as usual", async () => {
  const bytes = Buffer.alloc(3_000_000, "zerg");
  const send = await serve((request, response) => {
    if (request.url === "/db/none") response.writeHead(404).end("{}");
    else response.end(bytes);
  });
  const digest = { length: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  const read = { method: "GET", digest: true };
  expect(JSON.parse((await send(read)).body)).toEqual(digest);
  expect(await send({ ...read, target: "/db/none" })).toMatchObject({ status: 404, body: "{}" });
});

test("an answer that is cut off has no digest", async () => {
  const send = await serve((_, response) => {
    response.writeHead(200, { "content-length": 10 });
    response.write("zerg");
    setImmediate(() => response.destroy());
  });
  await expect(send({ method: "GET", digest: true })).rejects.toMatchObject({ kind: "cut" });
});

test("a multipart body has the length that it declares", async () => {
  const document = { _id: "a", _attachments: { x: { follows: true }, y: { follows: true } } };
  const { body, contentType } = multipart(document, [stream(1), stream(2)]);
  const pieces: Uint8Array[] = [];
  for await (const one of body.open()) pieces.push(one);
  const whole = Buffer.concat(pieces);
  expect(whole).toHaveLength(body.bytes);
  const [, boundary = ""] = /boundary="(.*)"/.exec(contentType) ?? [];
  expect(whole.toString("latin1").split(`--${boundary}`)).toHaveLength(5);
});
