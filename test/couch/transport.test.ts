/** The transport against a server, however it behaves. */
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { addressOf } from "../../src/couch/connection.js";
import { httpTransport } from "../../src/couch/http-transport.js";
import { failureOf, type Transport, type WireRequest } from "../../src/couch/transport.js";
import {
  type Behaviour,
  cut,
  endless,
  json,
  type MisbehavingServer,
  misbehavingServer,
  reset,
  silence,
  text,
} from "./support/misbehaving.js";

const maxBody = 1024 * 1024;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
let server: MisbehavingServer;
let other: MisbehavingServer;

beforeAll(async () => {
  process.on("unhandledRejection", note);
  server = await misbehavingServer();
  other = await misbehavingServer();
});
afterEach(() => {
  server.received.length = 0;
});
afterAll(async () => {
  process.off("unhandledRejection", note);
  await server.close();
  await other.close();
});

const wire = (request: Partial<WireRequest> = {}): WireRequest => ({
  method: "GET",
  target: "/db",
  headers: {},
  timeout: 5_000,
  signal: new AbortController().signal,
  ...request,
});

const transports: Transport[] = [];
const open = (url: string) => {
  const transport = httpTransport(addressOf({ url }), {}, maxBody);
  transports.push(transport);
  return transport;
};
const outcome = async (request: Partial<WireRequest> = {}, url = server.url) => {
  try {
    const { status, body } = await open(url).send(wire(request));
    return { status, body };
  } catch (thrown) {
    const { kind, sent } = failureOf(thrown, true);
    return { kind, sent };
  }
};
afterAll(() => {
  for (const transport of transports) transport.close();
});

const answers: [string, Behaviour, number, string][] = [
  ["200", json(200, { a: 1 }), 200, '{"a":1}'],
  ["201", json(201, { ok: true }), 201, '{"ok":true}'],
  ["202, distinct from 201", json(202, { ok: true }), 202, '{"ok":true}'],
  [
    "404 with its reason",
    json(404, { error: "not_found", reason: "missing" }),
    404,
    '{"error":"not_found","reason":"missing"}',
  ],
  ["412 nodedown", json(412, { error: "nodedown", reason: "x" }), 412, '{"error":"nodedown","reason":"x"}'],
  ["429", json(429, { error: "too_many_requests" }), 429, '{"error":"too_many_requests"}'],
  ["503 from a proxy", text(503, "text/html", "<h1>503</h1>"), 503, "<h1>503</h1>"],
  ["500 with a body", json(500, { error: "timeout", reason: "late" }), 500, '{"error":"timeout","reason":"late"}'],
  ["500 without a body", text(500, "text/plain", ""), 500, ""],
  ["an HTML page with 200", text(200, "text/html", "<html>Log in</html>"), 200, "<html>Log in</html>"],
  ["invalid JSON, left unchanged", text(200, "application/json", '{"a":'), 200, '{"a":'],
  ["gzip", text(200, "application/json", gzipSync('{"a":1}'), { "content-encoding": "gzip" }), 200, '{"a":1}'],
  ["text beyond ASCII", json(200, { a: "✓ü" }), 200, '{"a":"✓ü"}'],
  ["no type at all", text(200, "", "[]"), 200, "[]"],
];
test.each(answers)("answers: %s", async (_name, behaviour, status, body) => {
  server.behave(behaviour);
  expect(await outcome()).toEqual({ status, body });
});

const failures: [string, Behaviour, string, Partial<WireRequest>][] = [
  ["reset after the request", reset, "cut", {}],
  ["a truncated JSON body", cut("application/json"), "cut", {}],
  ["a truncated text body", cut("text/html"), "cut", {}],
  ["a truncated binary body", cut("application/octet-stream"), "cut", {}],
  ["silence", silence, "timeout", { timeout: 100 }],
  ["an endless JSON body", endless("application/json"), "too-large", {}],
  ["an endless text body", endless("text/plain"), "too-large", {}],
];
test.each(failures)("failures: %s", async (_name, behaviour, kind, request) => {
  server.behave(behaviour);
  expect(await outcome(request)).toEqual({ kind, sent: true });
  expect(server.received).toHaveLength(1);
});

test("a body that stalls runs into the time-out", async () => {
  server.behave((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("slow");
  });
  expect(await outcome({ timeout: 100 })).toEqual({ kind: "timeout", sent: true });
});

test("a request on a refused connection was never sent", async () => {
  const gone = await misbehavingServer();
  await gone.close();
  expect(await outcome({ method: "PUT", body: "{}" }, gone.url)).toEqual({ kind: "refused", sent: false });
});

test("a request to a host name that does not resolve was never sent", async () => {
  expect(await outcome({}, "http://nobody.invalid:5984")).toEqual({ kind: "unresolved", sent: false });
});

test("an aborted request", async () => {
  server.behave(silence);
  const control = new AbortController();
  const sent = outcome({ signal: control.signal });
  while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  control.abort();
  expect(await sent).toMatchObject({ kind: "aborted" });
  expect(await outcome({ signal: control.signal })).toMatchObject({ kind: "aborted" });
  expect(server.received).toHaveLength(1);
});

test("a redirect is not followed, so that no other server gets the credentials", async () => {
  server.behave(json(302, {}, { location: `${other.url}/db` }));
  const sent = await outcome({ headers: { Authorization: "Basic eDp5" } });
  expect(sent).toMatchObject({ status: 302 });
  expect(other.received).toHaveLength(0);
});

test.each([401, 421, 503])("a request that got %i is not sent again", async (status) => {
  server.behave(json(status, { error: "x" }, { "www-authenticate": "Basic", "retry-after": "0" }));
  const transport = open(server.url);
  expect(await transport.send(wire({ method: "PUT", body: "{}" }))).toMatchObject({ status });
  // A repeated request would follow the answer, and arrive before this one is answered.
  await transport.send(wire({ target: "/after" }));
  expect(server.received.map(({ path }) => path)).toEqual(["/db", "/after"]);
});

test.each(["101 Switching Protocols", "099 Odd"])("status %s, which no answer may have, is an answer", async (line) => {
  server.behave((_, { socket }) => socket?.end(`HTTP/1.1 ${line}\r\ncontent-length: 2\r\n\r\n{}`));
  expect(await outcome({ method: "PUT", body: "{}" })).toMatchObject({ status: Number(line.slice(0, 3)) });
});

test("a proxy's cookie is not sent back", async () => {
  server.behave(json(200, {}, { "set-cookie": "AuthSession=other; Path=/" }));
  const transport = open(server.url);
  for (const target of ["/first", "/second"]) await transport.send(wire({ target }));
  expect(server.received.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
});

test("each request uses its own login", async () => {
  server.behave(json(200, {}));
  const transport = open(server.url);
  const logins = ["Basic eDp5", "Basic eDp6", undefined, "Basic eDp5"];
  const sendAs = (login: string | undefined) =>
    transport.send(
      wire({ target: `/${encodeURIComponent(`${login}`)}`, headers: login ? { Authorization: login } : {} }),
    );
  await Promise.all(logins.map(sendAs));
  const got = server.received.map(({ path, authorization }) => decodeURIComponent(path) === `/${authorization}`);
  expect(got).toEqual([true, true, true, true]);
});

test.each(["/db/..", "/db/.", "/db/%2e%2e?rev=1-a"])("the path %s is sent unchanged", async (target) => {
  server.behave(json(200, {}));
  await outcome({ target });
  expect(server.received[0]?.path).toBe(target);
});

test("a request that is aborted while its answer is read", async () => {
  const slow = await misbehavingServer();
  slow.behave(text(200, "text/plain", "x".repeat(100_000)));
  const transport = open(slow.url);
  const controls = Array.from({ length: 20 }, () => new AbortController());
  const sent = controls.map((control, turns) => {
    const answer = transport.send(wire({ signal: control.signal }));
    const abort = (left: number) => (left === 0 ? control.abort() : setImmediate(abort, left - 1));
    abort(turns);
    return answer.then(
      ({ body }) => body.length,
      (thrown) => failureOf(thrown, true).kind,
    );
  });
  for (const came of await Promise.all(sent)) expect([100_000, "aborted"]).toContain(came);
  await slow.close();
});

test("method, path, query, headers and body are sent", async () => {
  server.behave(json(201, {}));
  const target = "/a%2Fb/_design/x?rev=1-%22a%22&startkey=%221%22";
  const headers = { "content-type": "application/json", "x-couch-persist": "false", Authorization: "Basic eDp5" };
  await outcome({ method: "PUT", target, headers, body: '"a ✓"' }, `${server.url}/couch/`);
  const { method, path, authorization, body, headers: got } = server.received[0] ?? {};
  expect({ method, path, authorization, body }).toEqual({
    method: "PUT",
    path: `/couch${target}`,
    authorization: "Basic eDp5",
    body: '"a ✓"',
  });
  expect(got).toMatchObject({ "content-type": "application/json", "x-couch-persist": "false" });
});

test.each(["0", "false", "null", '""', "{}"])("the body %s is sent, although it is falsy", async (body) => {
  server.behave(json(200, {}));
  await outcome({ method: "PUT", body });
  expect(server.received[0]?.body).toBe(body);
});

test("fifty concurrent requests each get their own status", async () => {
  server.behave((request, response) => {
    const status = Number(request.path.slice(1));
    setTimeout(() => json(status, { status })(request, response), Math.random() * 20);
  });
  const statuses = Array.from({ length: 50 }, (_, i) => [200, 201, 202, 404, 409, 500][i % 6] ?? 200);
  const transport = open(server.url);
  const got = await Promise.all(statuses.map((status) => transport.send(wire({ target: `/${status}` }))));
  expect(got.map(({ status }) => status)).toEqual(statuses);
  expect(got.map(({ body }) => JSON.parse(body).status)).toEqual(statuses);
});

test("no rejection is left unhandled", async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(unhandled).toEqual([]);
});
