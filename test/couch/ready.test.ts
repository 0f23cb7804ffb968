import { afterEach, beforeEach, expect, test } from "vitest";
import type { Event } from "../../src/contract/events.js";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { path } from "../../src/couch/path.js";
import { waitUntilReady } from "../../src/couch/ready.js";
import { failure } from "./support/failure.js";
import { type Behaviour, byPath, inTurn, json, reset, silence, text } from "./support/misbehaving.js";
import { type ServerWithUsers, serverWithUsers } from "./support/server-with-users.js";

let server: ServerWithUsers;
let couch: Gateway;
let events: Event[];
let control: AbortController;

beforeEach(async () => {
  server = await serverWithUsers(like({}));
  server.admins.set("overmind", "secret");
  events = [];
  control = new AbortController();
  couch = open("overmind", "secret");
});
afterEach(async () => {
  await couch.close();
  await server.close();
});

const emit = (event: Event) => events.push(event);
const open = (username?: string, password?: string) => {
  const login = username && password ? { username, password } : {};
  return openCouch({ url: server.url, ...login }, { emit, signal: control.signal, retry: { pause: 1 } });
};
const headers = { server: "CouchDB/3.5.0 (Erlang OTP/25)" };
const up = json(200, { status: "ok" }, headers);
const welcome = json(200, { couchdb: "Welcome", version: "3.5.0" });
const like = (routes: Readonly<Record<string, Behaviour>>) => byPath({ "GET /_up": up, "GET /": welcome, ...routes });
const members = (...connected: string[]) =>
  json(200, { all_nodes: connected, cluster_nodes: ["couchdb@a", "couchdb@b", "couchdb@c"] });
const ready = (wait = 5_000, everyNode = false) =>
  waitUntilReady(couch, { wait, everyNode, emit, signal: control.signal });
const waits = () => events.flatMap((event) => (event.type === "waiting" ? [event.reason] : []));

test("a ready server takes two requests, and proves the login", async () => {
  await ready();
  expect(server.received.map(({ path }) => path)).toEqual(["/_up", "/_session"]);
  expect(couch.login.proves("overmind", "secret")).toBe(true);
  expect(waits()).toEqual([]);
});

test("if the login was accepted before, both requests are sent at the same time", async () => {
  server.behave(
    like({
      "GET /_up": (request, response) => {
        const asked = () => server.received.some(({ path }) => path === "/_session");
        const answer = () => void (asked() ? up(request, response) : setImmediate(answer));
        answer();
      },
    }),
  );
  await couch.read(path`/hive`, { accept: [404] });
  await waitUntilReady(couch, { wait: 5_000, everyNode: false, loggedIn: true, emit, signal: control.signal });
  expect(server.received.map(({ path }) => path)).toEqual(["/hive", "/_up", "/_session"]);
});

const maintenance = json(404, { status: "maintenance_mode" });
const later: [string, Behaviour, string][] = [
  ["maintenance", maintenance, "maintenance_mode"],
  ["a proxy without a backend", text(503, "text/html", "<h1>503</h1>"), "503"],
  ["a default backend", text(404, "text/plain", "default backend - 404"), "not CouchDB"],
  ["a reset", reset, "ended early"],
];
test.each(later)("waits through %s", async (_, behaviour, reason) => {
  server.behave(like({ "GET /_up": inTurn(behaviour, up), "GET /": inTurn(behaviour, welcome) }));
  await ready();
  expect(waits()).toEqual([expect.stringContaining(reason)]);
});

test("an old CouchDB without _up is ready if it welcomes", async () => {
  server.behave(like({ "GET /_up": json(404, { error: "not_found", reason: "missing" }) }));
  await ready();
  server.behave(like({ "GET /_up": json(400, { error: "illegal_database_name", reason: "x" }) }));
  await ready();
});

test("if CouchDB is not ready in time, the error says what was last missing", async () => {
  server.behave(like({ "GET /_up": maintenance }));
  const error = await failure(ready(250));
  expect(error.code).toBe("unreachable");
  expect(error.message).toContain("maintenance_mode");
  expect(error.message).toContain("within 250 ms");
});

test("tries once more when the wait ends, however long the next pause would be", async () => {
  server.behave(like({ "GET /_up": inTurn(reset, up) }));
  const since = performance.now() - 4_900;
  await waitUntilReady(couch, { wait: 5_000, since, everyNode: false, emit, signal: control.signal });
});

test("waits no longer than --wait for a server that never answers, even if it would wait longer for one that does", async () => {
  server.behave(silence);
  const limits = { wait: 1_000, patience: 60_000 };
  const error = await failure(waitUntilReady(couch, { ...limits, everyNode: false, emit, signal: control.signal }));
  expect(error.message).toContain("within 1 s: no complete answer within 1 s");
});

test.each([{}, { "retry-after": "3600" }])(
  "waits no longer than --wait if a rate limit refuses every request (%j)",
  async (more) => {
    server.behave(json(429, { error: "too_many_requests", reason: "limit" }, { ...headers, ...more }));
    const error = await failure(ready(250));
    expect(error.code).toBe("unreachable");
    expect(error.message).toContain("was not ready within 250 ms");
    expect(error.message).toContain("429");
  },
);

test("a rate limit that ends within the wait only slows the requests down", async () => {
  const limit = json(429, { error: "too_many_requests", reason: "limit" }, headers);
  server.behave(like({ "GET /_up": inTurn(limit, limit, limit, up) }));
  await ready();
  expect(waits()).toEqual([]);
});

test("no server in time", async () => {
  await couch.close();
  couch = openCouch({ url: "http://nobody.invalid:5984" }, { emit, signal: control.signal });
  const error = await failure(ready(250));
  expect(error.code).toBe("unreachable");
  expect(error.message).toContain("does not resolve");
});

test("a server that is not CouchDB", async () => {
  server.behave(text(200, "text/html", "<html>Log in</html>"));
  expect((await failure(ready(250))).code).toBe("not-couchdb");
});

test("wrong credentials fail immediately, and are tried once", async () => {
  server.admins.set("overmind", "other");
  expect((await failure(ready(60_000))).code).toBe("unauthorized");
  expect(server.failures()).toBe(1);
});

test("missing credentials fail immediately", async () => {
  await couch.close();
  couch = open();
  server.behave(like({}));
  expect((await failure(ready(60_000))).next).toContain("COUCHDB_USERNAME");
});

test("admin party counts as ready", async () => {
  server.admins.clear();
  await ready();
  expect(couch.login.name).toBeUndefined();
});

test("with one node of three down, CouchDB is ready except for writes to every node", async () => {
  server.behave(like({ "GET /_membership": members("couchdb@a", "couchdb@c") }));
  await ready(250);
  const error = await failure(ready(250, true));
  expect(error).toMatchObject({ code: "unreachable", data: { nodes: ["couchdb@b"] } });
  expect(error.message).toContain("couchdb@b");
});

test("waits for every node", async () => {
  const all = members("couchdb@a", "couchdb@b", "couchdb@c");
  server.behave(like({ "GET /_membership": inTurn(members("couchdb@a"), all) }));
  await ready(5_000, true);
  expect(waits()).toEqual([expect.stringContaining("couchdb@b, couchdb@c")]);
});

test("only a server admin can see the nodes", async () => {
  server.users.set("overmind", "secret");
  server.admins.delete("overmind");
  server.admins.set("admin", "x");
  server.behave(like({}));
  const error = await failure(ready(60_000, true));
  expect(error).toMatchObject({ code: "missing-permission", data: { permission: "server admin" } });
});

test("a signal ends the wait", async () => {
  server.behave(like({ "GET /_up": maintenance }));
  const waiting = failure(ready(60_000));
  while (waits().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  control.abort();
  expect((await waiting).code).toBe("interrupted");
});
