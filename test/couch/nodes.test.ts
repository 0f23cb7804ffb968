import { afterEach, beforeEach, expect, test } from "vitest";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import {
  assumeNodes,
  clusterNodes,
  configSection,
  deleteConfig,
  knownNodes,
  setConfig,
} from "../../src/couch/nodes.js";
import { failure } from "./support/failure.js";
import { type Behaviour, byPath, json, type MisbehavingServer, misbehavingServer } from "./support/misbehaving.js";

let server: MisbehavingServer;
let couch: Gateway;

beforeEach(async () => {
  server = await misbehavingServer();
  const signal = new AbortController().signal;
  const retry = { pause: 1, attempts: 2 };
  couch = openCouch({ url: server.url }, { emit: () => {}, signal, readOnly: false, retry });
});
afterEach(async () => {
  await couch.close();
  await server.close();
});

const three = ["couchdb@a", "couchdb@b", "couchdb@c"];
const version = (number: string): Behaviour => json(200, { couchdb: "Welcome", version: number });
const behave = (number: string, routes: Readonly<Record<string, Behaviour>>) =>
  server.behave(byPath({ "GET /": version(number), ...routes }));
const sent = () => server.received.slice(1).map(({ method, path }) => `${method} ${path}`);

test("the nodes of the cluster, up or down, are requested once", async () => {
  behave("3.5.0", { "GET /_membership": json(200, { all_nodes: ["couchdb@a"], cluster_nodes: three }) });
  expect(knownNodes(couch)).toBeUndefined();
  expect(await clusterNodes(couch)).toEqual(three);
  expect(await clusterNodes(couch)).toEqual(three);
  expect(knownNodes(couch)).toEqual(three);
  expect(sent()).toEqual(["GET /_membership"]);
});

test("assumed nodes are not requested", async () => {
  assumeNodes(couch, three);
  expect(await clusterNodes(couch)).toEqual(three);
  expect(server.received).toHaveLength(0);
});

test("CouchDB 1.x counts as one node", async () => {
  behave("1.7.2", {});
  expect(await clusterNodes(couch)).toEqual(["_local"]);
  expect(sent()).toEqual([]);
});

test.each([
  ["3.5.0", "/_node/couchdb%40a/_config"],
  ["2.1.0", "/_node/couchdb%40a/_config"],
  ["1.7.2", "/_config"],
])("CouchDB %s has its configuration at %s", async (number, at) => {
  behave(number, {
    [`GET ${at}/couchdb`]: json(200, { uuid: "u" }),
    [`PUT ${at}/couchdb/uuid`]: json(200, "old"),
    [`DELETE ${at}/couchdb/uuid`]: json(200, "old"),
  });
  expect(await configSection(couch, "couchdb@a", "couchdb")).toEqual({ uuid: "u" });
  await setConfig(couch, "couchdb@a", "couchdb", "uuid", "new");
  await deleteConfig(couch, "couchdb@a", "couchdb", "uuid");
  expect(sent()).toEqual([`GET ${at}/couchdb`, `PUT ${at}/couchdb/uuid`, `DELETE ${at}/couchdb/uuid`]);
  expect(server.received.at(-2)?.body).toBe('"new"');
});

test("CouchDB 1.x hashed an admin's hash again, unless it was sent as one", async () => {
  behave("1.7.2", { "GET /_config/admins": json(200, {}), "PUT /_config/admins/overmind": json(200, "") });
  await setConfig(couch, "_local", "admins", "overmind", "-pbkdf2-…");
  expect(sent()).toEqual(["GET /_config/admins", "PUT /_config/admins/overmind?raw=true"]);
});

test("removing a missing value is fine", async () => {
  const none = json(404, { error: "not_found", reason: "unknown_config_value" });
  behave("3.5.0", { "DELETE /_node/n/_config/a/b": none });
  await deleteConfig(couch, "n", "a", "b");
});

test("a node that is down is named", async () => {
  behave("3.5.0", { "GET /_node/couchdb%40b/_config/admins": json(412, { error: "nodedown", reason: "nodedown" }) });
  const error = await failure(configSection(couch, "couchdb@b", "admins"));
  expect(error).toMatchObject({ code: "node-down", data: { node: "couchdb@b" } });
  expect(error.message).toContain("node couchdb@b does not answer");
});

test("assumed nodes are forgotten when one has left the cluster", async () => {
  assumeNodes(couch, three);
  behave("3.5.0", {
    "GET /_node/couchdb%40c/_config/admins": json(404, { error: "not_found", reason: "no such node: couchdb@c" }),
  });
  expect(await failure(configSection(couch, "couchdb@c", "admins"))).toMatchObject({
    code: "node-down",
    data: { node: "couchdb@c", known: false },
  });
  expect(knownNodes(couch)).toBeUndefined();
});

const readOnly = json(400, { error: "bad_request", reason: "eperm" });
const admin = "/_node/n/_config/admins/overmind";

test("with read-only ini files, the step fails and says so, and the value does not stay in memory", async () => {
  const level = "/_node/n/_config/log/level";
  behave("3.5.0", {
    "GET /_node/n/_config/log": json(200, {}),
    [`PUT ${level}`]: readOnly,
    [`DELETE ${level}`]: json(200, ""),
  });
  const error = await failure(setConfig(couch, "n", "log", "level", "debug"));
  expect(error).toMatchObject({ code: "request-failed", data: { node: "n", section: "log", key: "level" } });
  expect(error.next).toContain("local.d");
  expect(sent()).toEqual(["GET /_node/n/_config/log", `PUT ${level}`, `DELETE ${level}`]);
});

test.each([
  [
    403,
    { error: "forbidden", reason: "Config section blacklisted for modification over HTTP API." },
    "changes to section [query_servers] over HTTP",
    "ini file of each node",
  ],
  [400, { error: "modification_not_allowed", reason: "This config variable is read-only" }, "list", "config_whitelist"],
])("%i for a value that can't be changed over HTTP is explained", async (status, body, message, next) => {
  behave("3.5.0", {
    "GET /_node/n/_config/query_servers": json(200, {}),
    "PUT /_node/n/_config/query_servers/x": json(status, body),
  });
  expect(await failure(setConfig(couch, "n", "query_servers", "x", "y"))).toMatchObject({
    code: "request-failed",
    message: expect.stringContaining(message),
    next: expect.stringContaining(next),
  });
});

test("with read-only ini files, an admin does not stay in memory", async () => {
  behave("3.5.0", {
    "GET /_node/n/_config/admins": json(200, { other: "-pbkdf2-x" }),
    [`PUT ${admin}`]: readOnly,
    [`DELETE ${admin}`]: json(200, ""),
  });
  await failure(setConfig(couch, "n", "admins", "overmind", "-pbkdf2-new"));
  expect(sent()).toEqual(["GET /_node/n/_config/admins", `PUT ${admin}`, `DELETE ${admin}`]);
  expect(server.received.at(-1)?.headers["x-couch-persist"]).toBe("false");
});

test("with read-only ini files, an existing admin is restored", async () => {
  behave("3.5.0", {
    "GET /_node/n/_config/admins": json(200, { overmind: "-pbkdf2-old" }),
    [`PUT ${admin}`]: readOnly,
  });
  const { message, data } = await failure(setConfig(couch, "n", "admins", "overmind", "-pbkdf2-new"));
  expect(server.received.at(-1)).toMatchObject({
    method: "PUT",
    body: '"-pbkdf2-old"',
    headers: { "x-couch-persist": "false" },
  });
  expect(JSON.stringify([message, data])).not.toContain("pbkdf2");
});
