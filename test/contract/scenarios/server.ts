import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, nobody, noDatabase, notAllowed, notServerAdmin, unauthorized, wrongPassword } from "./cast.js";

const version = { couchdb: "Welcome", version: expect.stringMatching(/^\d+\.\d+\.\d+/) };

// biome-ignore format: one probe per line
export const server: Scenario = {
  title: "the server",
  probes: [
    { it: "welcomes everyone", send: "GET /", as: nobody, gets: 200, like: version },
    { it: "can't be posted to", send: "POST /", body: {}, gets: 405, like: notAllowed("GET,HEAD") },
    { it: "says that it is up", send: "GET /_up", as: nobody, gets: 200, like: { status: "ok" } },
    { it: "lists databases for admins", send: "GET /_all_dbs", gets: 200, like: expect.arrayContaining(["_users", "_replicator"]) },
    { it: "lists databases for admins only", send: "GET /_all_dbs", as: nobody, gets: 401, like: notServerAdmin },
    { it: "refuses to list databases with a bad limit", send: "GET /_all_dbs?limit=x", gets: 400, like: { error: "query_parse_error" } },
    { it: "has one node", send: "GET /_membership", gets: 200, like: { all_nodes: [expect.stringContaining("@")], cluster_nodes: [expect.stringContaining("@")] } },
    { it: "hides its nodes from anonymous users", send: "GET /_membership", as: nobody, gets: 401, like: notServerAdmin },
    { it: "has no active tasks", send: "GET /_active_tasks", gets: 200, exactly: [] },
    { it: "hides its tasks from anonymous users", send: "GET /_active_tasks", as: nobody, gets: 401, like: notServerAdmin },
    { it: "generates ids", send: "GET /_uuids?count=2", as: nobody, gets: 200, like: { uuids: [expect.stringMatching(/^[0-9a-f]{32}$/), expect.any(String)] } },
    { it: "is already set up", send: "GET /_cluster_setup", gets: 200, like: { state: "single_node_enabled" } },
    { it: "can't be set up again", send: "POST /_cluster_setup", body: { action: "finish_cluster" }, gets: 400, like: badRequest("Cluster is already finished") },
    { it: "does not have `_config` of 1.x", send: "GET /_config/admins", gets: 404, like: noDatabase },
    { it: "takes unknown endpoints for databases", send: "GET /_ct-unknown", gets: 404, like: noDatabase },
    { it: "hides its endpoints from anonymous users", send: "GET /_ct-unknown", as: nobody, gets: 401, like: notServerAdmin },
    { it: "refuses a broken escape", send: "GET /ct-%zz", gets: 400, like: badRequest("invalid_url_encoding") },
  ],
};

const adminContext = { ok: true, userCtx: { roles: ["_admin"] }, info: { authenticated: "default" } };

// biome-ignore format: one probe per line
export const session: Scenario = {
  title: "sessions",
  probes: [
    { it: "can be anonymous", send: "GET /_session", as: nobody, gets: 200, like: { ok: true, userCtx: { name: null, roles: [] } } },
    { it: "ask an anonymous user to log in", send: "GET /_session?basic=true", as: nobody, gets: 401, like: unauthorized("Please login.") },
    { it: "recognise an admin by a Basic header", send: "GET /_session", gets: 200, like: adminContext },
    { it: "refuse an unknown name", send: "GET /_session", as: { name: "ct-unknown", password: "x" }, gets: 401, like: wrongPassword },
    { it: "refuse an unknown name for every request", send: "GET /", as: { name: "ct-unknown", password: "x" }, gets: 401, like: wrongPassword },
    { it: "refuse a header that is not base64", send: "GET /_session", as: nobody, headers: { authorization: "Basic !" }, gets: 400, like: { error: "bad_request" } },
    { it: "ignore other schemes", send: "GET /_session", as: nobody, headers: { authorization: "Digest x" }, gets: 200, like: { userCtx: { name: null } } },
    { it: "can't be written with PUT", send: "PUT /_session", body: {}, gets: 405, like: notAllowed("GET,HEAD,POST,DELETE") },
    { it: "need a name", send: "POST /_session", as: nobody, body: {}, gets: 400, like: badRequest("request body must contain a username") },
    { it: "need a form", send: "POST /_session", as: nobody, raw: "x", headers: { "content-type": "text/plain" }, gets: 415, like: { error: "bad_content_type" } },
    { it: "refuse a wrong password", send: "POST /_session", as: nobody, body: { name: "ct-unknown", password: "x" }, gets: 401, like: wrongPassword },
    { it: "refuse a broken cookie", send: "GET /_session", as: nobody, headers: { cookie: "AuthSession=bad" }, gets: 400, like: { error: "bad_request" } },
    { it: "end", send: "DELETE /_session", as: nobody, gets: 200, like: { ok: true } },
  ],
};
