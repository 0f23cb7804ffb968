/** Reads, writes, retries and errors of the gateway. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/contract/connection.js";
import { MigrateError } from "../../src/contract/errors.js";
import type { Event } from "../../src/contract/events.js";
import { type Gateway, type GatewayOptions, openCouch } from "../../src/couch/gateway.js";
import { path } from "../../src/couch/path.js";
import { Secrets } from "../../src/secrets/secrets.js";
import { failure } from "./support/failure.js";
import {
  type Behaviour,
  byPath,
  cut,
  inTurn,
  json,
  type MisbehavingServer,
  misbehavingServer,
  reset,
  silence,
  text,
} from "./support/misbehaving.js";

let server: MisbehavingServer;
let events: Event[];
let control: AbortController;
const opened: Gateway[] = [];

beforeEach(async () => {
  server = await misbehavingServer();
  events = [];
  control = new AbortController();
});
afterEach(async () => {
  for (const couch of opened.splice(0)) await couch.close();
  await server.close();
});

const quick = { pause: 1, attempts: 3, attemptsBeforeContact: 3 };
const connect = (options: Partial<GatewayOptions> = {}, connection: Partial<Connection> = {}) => {
  const emit = (event: Event) => events.push(event);
  const all = { emit, signal: control.signal, readOnly: false, retry: quick, ...options };
  const couch = openCouch({ url: server.url, requestTimeout: 2_000, ...connection }, all);
  opened.push(couch);
  return couch;
};
const doc = path`/db/doc`;
const written = json(201, { ok: true, id: "doc", rev: "1-a" });
const conflict = json(409, { error: "conflict", reason: "Document update conflict." });
const nodeDown = json(412, { error: "nodedown", reason: "nodedown" });
const html = text(200, "text/html", "<html>Log in</html>");

const reads: [string, Behaviour, number, string][] = [
  ["a missing document", json(404, { error: "not_found", reason: "missing" }), 1, "request-failed"],
  ["an HTML page", html, 1, "not-couchdb"],
  ["a redirect", json(302, {}, { location: "http://other.example/" }), 1, "not-couchdb"],
  ["a gateway without its backend", text(502, "text/html", "<h1>502</h1>"), 3, "unreachable"],
  ["a gateway that refuses", text(403, "text/html", "<h1>403</h1>"), 1, "gateway-refused"],
  ["a persistent 500", json(500, { error: "unknown_error" }), 3, "request-failed"],
  ["a persistent reset", reset, 3, "unreachable"],
  ["a persistently truncated body", cut("application/json"), 3, "unreachable"],
  ["persistently invalid JSON", text(200, "application/json", "{"), 3, "not-couchdb"],
  ["a bad request", json(400, { error: "bad_request", reason: "x" }), 1, "request-failed"],
  ["a node that is down", nodeDown, 3, "node-down"],
];
test.each(reads)("a read fails on %s", async (_, behaviour, requests, code) => {
  server.behave(behaviour);
  expect((await failure(connect().read(doc))).code).toBe(code);
  expect(server.received).toHaveLength(requests);
});

const passing: [string, Behaviour][] = [
  ["503", json(503, {})],
  ["429", json(429, {})],
  ["500 without a body", text(500, "text/plain", "")],
  ["a proxy's 502", text(502, "text/html", "<h1>502</h1>")],
  ["a reset", reset],
  ["a truncated body", cut("application/json")],
  ["a node that comes back", nodeDown],
];
test.each(passing)("a read survives %s", async (_, behaviour) => {
  server.behave(inTurn(behaviour, json(200, { a: 1 })));
  expect(await connect().read(doc)).toEqual({ status: 200, body: { a: 1 } });
  expect(server.received).toHaveLength(2);
});

test.each(passing)("a repeatable write survives %s", async (_, behaviour) => {
  server.behave(inTurn(behaviour, written));
  expect((await connect().write("PUT", doc, { body: {}, repeatable: true })).status).toBe(201);
  expect(server.received).toHaveLength(2);
});

const writes: [string, Behaviour, string][] = [
  ["a lost answer", reset, "outcome-unknown"],
  ["a truncated answer", cut("application/json"), "outcome-unknown"],
  ["half of the JSON", text(201, "application/json", "{"), "outcome-unknown"],
  ["500 timeout", json(500, { error: "timeout" }), "outcome-unknown"],
  ["a gateway's 504", text(504, "text/html", ""), "outcome-unknown"],
  ["202", json(202, { ok: true }), "below-quorum"],
  ["a conflict", conflict, "conflict"],
  ["a node that is down", nodeDown, "node-down"],
  ["a full disk", json(507, { error: "insufficient_storage" }), "disk-full"],
];
test.each(writes)("a write that is not repeatable is sent once: %s", async (_, behaviour, code) => {
  server.behave(behaviour);
  expect((await failure(connect().write("POST", path`/db`, { body: {}, repeatable: false }))).code).toBe(code);
  expect(server.received).toHaveLength(1);
});

test("a silent server runs into the time-out, and the outcome of a write is unknown", async () => {
  server.behave(silence);
  const error = await failure(connect().write("PUT", doc, { body: {}, repeatable: false, timeout: 60 }));
  expect(error.code).toBe("outcome-unknown");
});

test("202 is an answer if the caller accepts it", async () => {
  server.behave(json(202, { ok: true }));
  expect((await connect().write("POST", path`/db/_view_cleanup`, { accept: [202], repeatable: true })).status).toBe(
    202,
  );
  expect(server.received[0]?.headers["content-type"]).toBe("application/json");
});

test("an interrupted run ends its request and sends nothing else", async () => {
  server.behave(silence);
  const couch = connect();
  const read = failure(couch.read(doc));
  while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  control.abort();
  expect((await read).code).toBe("interrupted");
  expect((await failure(couch.read(path`/other`))).code).toBe("interrupted");
  expect(server.received).toHaveLength(1);
});

test("a time limit ends the request with its own error", async () => {
  server.behave(json(503, {}));
  const limit = new MigrateError("incomplete", { message: "later" });
  const read = failure(connect({ retry: { ...quick, pause: 60_000, within: 600_000 } }).read(doc));
  while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  control.abort(limit);
  expect(await read).toBe(limit);
});

test("a single request can be stopped by its own signal", async () => {
  server.behave(silence);
  const couch = connect();
  const own = new AbortController();
  const read = failure(couch.read(doc, { signal: own.signal }));
  while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  own.abort();
  expect((await read).code).toBe("interrupted");
  server.behave(json(200, {}));
  expect((await couch.read(doc)).status).toBe(200);
});

test("a refused connection is unreachable: immediately, or after twice the retries if CouchDB had answered before", async () => {
  server.behave(json(200, {}));
  const known = connect();
  await known.read(path`/before`);
  await server.close();
  events = [];
  const error = await failure(known.read(doc));
  expect(error).toMatchObject({ code: "unreachable", data: { what: "connection refused" } });
  expect(events.filter(({ type }) => type === "request")).toHaveLength(6);
  events = [];
  expect((await failure(connect({ retry: { pause: 1 } }).read(doc))).code).toBe("unreachable");
  expect(events.filter(({ type }) => type === "request")).toHaveLength(1);
  server = await misbehavingServer();
});

test("a read-only run can't write", async () => {
  const couch = connect({ readOnly: true });
  expect((await failure(couch.write("PUT", doc, { repeatable: true }))).code).toBe("bug");
  expect(server.received).toHaveLength(0);
  couch.allowWrites();
  server.behave(written);
  await couch.write("PUT", doc, { repeatable: true });
});

test("a run is read-only by default", async () => {
  const couch = openCouch({ url: server.url }, { emit: () => {}, signal: control.signal });
  opened.push(couch);
  expect((await failure(couch.write("PUT", doc, { repeatable: true }))).code).toBe("bug");
});

test("a POST that may write does not count as a read", async () => {
  expect((await failure(connect().read(path`/db/_bulk_docs`, { body: {} }))).code).toBe("bug");
  expect(server.received).toHaveLength(0);
});

test("an answer is cached until something related is written", async () => {
  server.behave((request, response) => json(200, {})(request, response));
  const couch = connect();
  const all = () => Promise.all([couch.read(doc), couch.read(doc), couch.read(path`/other/doc`)]);
  await all();
  await all();
  expect(couch.requests).toEqual({ reads: 2, writes: 0 });
  await couch.write("DELETE", path`/db/_index/a/json/b`, { repeatable: true });
  await all();
  expect(couch.requests).toEqual({ reads: 3, writes: 1 });
  await couch.read(doc, { fresh: true });
  expect(couch.requests.reads).toBe(4);
});

test("requests with different queries or bodies are cached separately", async () => {
  server.behave(({ path, body, ...request }, response) =>
    json(200, { rows: [{ key: "a", path, body }] })({ path, body, ...request }, response),
  );
  const couch = connect();
  const all = path`/db/_all_docs`;
  const asked = [
    {},
    { query: { limit: 1 } },
    { query: { limit: 2 } },
    { body: { keys: ["a"] } },
    { body: { keys: ["b"] } },
  ];
  const answers = await Promise.all(asked.map((options) => couch.read(all, options)));
  const rows = answers.map(({ body }) => (body as { rows: { path: string; body: string }[] }).rows[0]);
  expect(rows.map((row) => [row?.path, row?.body])).toEqual([
    ["/db/_all_docs", ""],
    ["/db/_all_docs?limit=1", ""],
    ["/db/_all_docs?limit=2", ""],
    ["/db/_all_docs", '{"keys":["a"]}'],
    ["/db/_all_docs", '{"keys":["b"]}'],
  ]);
});

test("many concurrent requests looked like a leak to Node.js", async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error) => void warnings.push(name);
  process.on("warning", hear);
  server.behave((request, response) => void setTimeout(() => json(200, {})(request, response), 20));
  const couch = connect();
  await Promise.all(Array.from({ length: 40 }, (_, i) => couch.read(path`/db/${`doc-${i}`}`)));
  process.off("warning", hear);
  expect(warnings).toEqual([]);
});

test("what was read during a write is not cached", async () => {
  let finish = () => {};
  server.behave((request, response) => {
    if (request.method === "GET") return json(200, {})(request, response);
    finish = () => written(request, response);
  });
  const couch = connect();
  const writing = couch.write("PUT", doc, { repeatable: true });
  while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await couch.read(doc);
  finish();
  await writing;
  await couch.read(doc);
  expect(couch.requests).toEqual({ reads: 2, writes: 1 });
});

test("a 404 that the caller did not accept is not cached", async () => {
  server.behave(inTurn(json(404, { error: "not_found", reason: "missing" }), json(200, {})));
  const couch = connect();
  await failure(couch.read(doc));
  expect((await couch.read(doc)).status).toBe(200);
});

test("a new database may be unknown for a moment", async () => {
  const unknown = json(404, { error: "not_found", reason: "Database does not exist." });
  const found = inTurn(unknown, json(200, {}));
  server.behave(byPath({ "PUT /db": json(201, {}), "GET /db": found }));
  const couch = connect();
  await couch.write("PUT", path`/db`, { repeatable: true });
  expect((await couch.read(path`/db`, { accept: [404] })).status).toBe(200);
});

test("the version is known from any answer", async () => {
  server.behave(json(200, {}, { server: "CouchDB/3.5.0 (Erlang OTP/25)" }));
  const couch = connect();
  await couch.read(doc);
  expect(await couch.version()).toBe("3.5.0");
  expect(server.received).toHaveLength(1);
});

test("behind a proxy, the version is requested once", async () => {
  server.behave(json(200, { couchdb: "Welcome", version: "3.4.2" }, { server: "nginx" }));
  const couch = connect();
  expect(await couch.version()).toBe("3.4.2");
  expect(await couch.version()).toBe("3.4.2");
  expect(server.received).toHaveLength(1);
});

test("a server that is not CouchDB is recognised", async () => {
  server.behave(json(200, { name: "elasticsearch" }));
  expect((await failure(connect().version())).code).toBe("not-couchdb");
});

test("no error and no event holds a secret that the server repeats", async () => {
  server.behave(json(400, { error: "bad_request", reason: "your password hunter2 is bad" }));
  const secrets = new Secrets();
  secrets.add(["hunter2"]);
  const couch = connect({ secrets });
  const request = couch.write("PUT", path`/db/doc`, { body: { p: "hunter2" }, repeatable: true });
  const { message, data, cause, stack } = await failure(request);
  expect(JSON.stringify([message, data, cause, stack, events])).not.toContain("hunter2");
  expect(message).toContain("your password *** is bad");
});

test("a path names its object, unless that name is a secret", async () => {
  server.behave(json(400, { error: "bad_request", reason: "admin" }));
  const secrets = new Secrets();
  secrets.add(["admins"]);
  secrets.addSpoken(["over lord"]);
  const couch = connect({ secrets });
  const request = couch.write("PUT", path`/_config/admins/${"over lord"}`, { repeatable: true });
  expect((await failure(request)).data.path).toBe("/_config/admins/***");
});

test("what CouchDB says about a row or a request holds no secret; documents are left unchanged", async () => {
  const secrets = new Secrets();
  secrets.add(["hunter2", "conflict"]);
  const couch = connect({ secrets });
  const refusal = { error: "conflict", reason: "not hunter2" };
  const document = { error: "hunter2", reason: "hunter2" };
  const read = async (status: number, body: unknown) => {
    server.behave(json(status, body));
    return (await couch.read(doc, { accept: [404], fresh: true })).body;
  };
  const shown = { error: "conflict", reason: "not ***" };
  expect(await read(404, refusal)).toEqual(shown);
  expect(await read(200, [refusal, { ok: true }])).toEqual([shown, { ok: true }]);
  expect(await read(200, { rows: [refusal, { doc: document }] })).toEqual({ rows: [shown, { doc: document }] });
  expect(await read(200, document)).toEqual(document);
});

test("a redirect's location is not repeated", async () => {
  server.behave(json(302, {}, { location: "http://u:hunter2@other.example/?token=hunter2" }));
  const { message } = await failure(connect().read(doc));
  expect(message).toContain("other.example");
  expect(message).not.toContain("hunter2");
});

test("each attempt is an event", async () => {
  server.behave(inTurn(json(503, {}), json(200, {})));
  await connect().read(doc, { query: { rev: "1-a", attachments: false } });
  expect(events).toMatchObject([
    { type: "request", method: "GET", path: "/db/doc?rev=…&attachments=false", status: 503, attempt: 1 },
    { type: "request", method: "GET", path: "/db/doc?rev=…&attachments=false", status: 200, attempt: 2 },
  ]);
});

test("a document can have the id `..`", async () => {
  server.behave(json(200, {}));
  const couch = connect();
  await couch.read(path`/db/${".."}`);
  expect(server.received[0]?.path).toBe("/db/..");
});
