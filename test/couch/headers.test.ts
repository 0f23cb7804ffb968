/** Headers of the user's own: where they are sent, and where not. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/contract/connection.js";
import { secretsIn } from "../../src/couch/connection.js";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { path } from "../../src/couch/path.js";
import { Secrets } from "../../src/secrets/secrets.js";
import { failure } from "./support/failure.js";
import { json, type MisbehavingServer, misbehavingServer, text } from "./support/misbehaving.js";

let server: MisbehavingServer;
const opened: Gateway[] = [];

beforeEach(async () => {
  server = await misbehavingServer();
});
afterEach(async () => {
  for (const couch of opened.splice(0)) await couch.close();
  await server.close();
});

function connect(connection: Partial<Connection>, secrets = new Secrets()): Gateway {
  const couch = openCouch(
    { url: server.url, ...connection },
    { emit: () => {}, signal: new AbortController().signal, readOnly: false, secrets, retry: { attempts: 1 } },
  );
  opened.push(couch);
  return couch;
}

const headers = { "X-Tenant": "zerg-secret", Cookie: "session=hunter2" };
const sent = () => server.received.map(({ headers: got }) => [got["x-tenant"], got.cookie]);

test("every request has the headers, and the login besides", async () => {
  server.behave(json(201, { ok: true, id: "two", rev: "1-a" }));
  const couch = connect({ headers, username: "overmind", password: "cerebrate" });
  await couch.read(path`/db/one`);
  await couch.write("PUT", path`/db/two`, { body: {}, repeatable: true });
  expect(sent()).toEqual([
    ["zerg-secret", "session=hunter2"],
    ["zerg-secret", "session=hunter2"],
  ]);
  expect(server.received.every(({ authorization }) => authorization?.startsWith("Basic "))).toBe(true);
});

test("the question who is logged in has them, too", async () => {
  server.behave(json(401, { error: "unauthorized", reason: "You are not a server admin." }));
  await failure(connect({ headers }).read(path`/_all_dbs`));
  expect(server.received.map(({ path }) => path)).toEqual(["/_all_dbs", "/_session"]);
  expect(sent()).toEqual([
    ["zerg-secret", "session=hunter2"],
    ["zerg-secret", "session=hunter2"],
  ]);
});

test("if the headers are a login that lacks a permission, the error names the user", async () => {
  server.behave((request, response) => {
    const lacking = json(401, { error: "unauthorized", reason: "You are not a server admin." });
    const session = json(200, { userCtx: { name: "drone", roles: [] } });
    return (request.path === "/_session" ? session : lacking)(request, response);
  });
  expect(await failure(connect({ headers }).read(path`/_all_dbs`))).toMatchObject({
    code: "missing-permission",
    data: { user: "drone" },
  });
});

test.each([301, 302, 307, 308])("a redirect (%i) to another host gets neither headers nor login", async (status) => {
  const other = await misbehavingServer();
  try {
    server.behave(text(status, "text/plain", "", { location: `${other.url}/db/one` }));
    const error = await failure(connect({ headers, token: "a.b.c" }).read(path`/db/one`));
    expect(["wrong-address", "not-couchdb"]).toContain(error.code);
    expect(other.received).toEqual([]);
  } finally {
    await other.close();
  }
});

test("what the server repeats of the headers and of the token is masked", async () => {
  server.behave((request, response) =>
    json(500, { error: "odd", reason: `got ${JSON.stringify(request.headers)}` })(request, response),
  );
  const secrets = new Secrets();
  secrets.add(Object.values(headers));
  const error = await failure(connect({ headers, token: () => "later.issued.token" }, secrets).read(path`/db/one`));
  expect(error.message).toContain("x-tenant");
  expect(JSON.stringify([error.message, error.data])).not.toMatch(/zerg-secret|hunter2|later\.issued\.token/);
});

test("a part of a header's value or of a token is masked, too", async () => {
  const connection = {
    url: server.url,
    headers: { Cookie: "lang=en; session=larva-4711", "X-Key": "ApiKey drone-0815" },
  };
  const reason = "session larva-4711 and key drone-0815 are unknown; bad signature c2lnbmF0dXJl";
  server.behave(json(500, { error: "odd", reason }));
  const secrets = new Secrets();
  secrets.add(secretsIn(connection));
  const error = await failure(connect({ ...connection, token: "e30.e30.c2lnbmF0dXJl" }, secrets).read(path`/db/one`));
  expect(error.message).toContain("session *** and key *** are unknown; bad signature ***");
});

test.each([
  ["Host", "elsewhere", "`Host` is set by couchdb-migrate itself"],
  ["authorization", "Basic abc", "`Authorization` is set by the login"],
  ["X-Two", "one\r\nX-Three: two", "`X-Two` has a value with characters that no header may contain"],
])("%s: %j is refused before anything is sent", (name, value, what) => {
  expect(() => connect({ headers: { [name]: value } })).toThrow(what);
});
