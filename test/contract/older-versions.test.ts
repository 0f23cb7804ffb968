/**
 * Older versions as the embedded server emulates them. Nothing older than 3.5 was measured: these
 * probes only show what is emulated.
 */

import { expect } from "vitest";
import { startSandbox } from "../../sandbox/index.js";
import { runScenarios, type Scenario, type Started } from "./contract.js";
import { cerebrate, conflict, hashed, notServerAdmin, overmind, wrongPassword } from "./scenarios/cast.js";

async function startParty(version: string): Promise<Started> {
  const { url, close } = await startSandbox({ adminParty: true, version });
  return { url, admin: null, close };
}

const everyone = { userCtx: { name: null, roles: ["_admin"] } };
const known = { userCtx: { name: cerebrate.name, roles: ["_admin"] } };
const weakHash = expect.stringMatching(/^-pbkdf2-[0-9a-f]{40},[0-9a-f]{32},10$/);
const node = "/_node/nonode@nohost/_config";

// biome-ignore format: one probe per line
const two: Scenario = {
  title: "admin party on 2.3.1 (emulated)",
  probes: [
    { it: "names the version", send: "GET /", gets: 200, like: { couchdb: "Welcome", version: "2.3.1" } },
    { it: "makes everyone an admin", send: "GET /_session", gets: 200, like: everyone },
    { it: "still refuses wrong credentials", send: "GET /_session", as: cerebrate, gets: 401, like: wrongPassword },
    { it: "refuses wrong credentials for every request", send: "PUT /ct-party", as: cerebrate, gets: 401, like: wrongPassword },
    { it: "lets everyone create databases", send: "PUT /ct-party", gets: 201 },
    { it: "has no admins", send: `GET ${node}/admins`, gets: 200, exactly: {} },
    { it: "names its node", send: "GET /_membership", gets: 200, like: { cluster_nodes: ["nonode@nohost"] } },
    { it: "accepts an admin", send: `PUT ${node}/admins/${cerebrate.name}`, body: cerebrate.password, gets: 200, exactly: "" },
    { it: "ends once there is an admin", send: "PUT /ct-late", gets: 401, like: notServerAdmin },
    { it: "knows the admin", send: "GET /_session", as: cerebrate, gets: 200, like: known, settles: true },
    { it: "has hashed the password", send: `GET ${node}/admins/${cerebrate.name}`, as: cerebrate, gets: 200, exactly: weakHash },
    { it: "takes a SHA-256 hash for a plain password", send: `PUT ${node}/admins/${overmind.name}`, as: cerebrate, body: hashed("sha256", "x", "5a", 10), gets: 200 },
    { it: "hashes it", send: `GET ${node}/admins/${overmind.name}`, as: cerebrate, gets: 200, exactly: weakHash, settles: true },
    { it: "leaves databases open", send: "GET /ct-party", gets: 200, like: { instance_start_time: "0" } },
    { it: "leaves their security empty", send: "GET /ct-party/_security", gets: 200, exactly: {} },
    { it: "lists databases for everyone", send: "GET /_all_dbs", gets: 200, like: expect.arrayContaining(["ct-party"]) },
    { it: "does not list database information", send: "GET /_dbs_info", gets: 405 },
    { it: "lets an admin be deleted", send: `DELETE ${node}/admins/${overmind.name}`, as: cerebrate, gets: 200 },
    { it: "lets the last admin be deleted", send: `DELETE ${node}/admins/${cerebrate.name}`, as: cerebrate, gets: 200 },
    { it: "makes everyone an admin again", send: "GET /_session", gets: 200, like: everyone },
  ],
};

const admins = "/_config/admins";

// biome-ignore format: one probe per line
const one: Scenario = {
  title: "admin party on 1.7.2 (emulated)",
  probes: [
    { it: "names the version", send: "GET /", gets: 200, like: { couchdb: "Welcome", version: "1.7.2" } },
    { it: "does not know `_up`", send: "GET /_up", gets: 400, like: { error: "illegal_database_name" } },
    { it: "does not know `_node`", send: "GET /_node/_local/_config", gets: 400, like: { error: "illegal_database_name" } },
    { it: "lets everyone create databases", send: "PUT /ct-party", gets: 201 },
    { it: "starts `_local` documents at 0-1", send: "PUT /ct-party/_local/x", body: {}, gets: 201, like: { rev: "0-1" } },
    { it: "checks their revisions", send: "PUT /ct-party/_local/x", body: {}, gets: 409, like: conflict },
    { it: "accepts the right revision", send: "PUT /ct-party/_local/x", body: { _rev: "0-1" }, gets: 201, like: { rev: "0-2" } },
    { it: "takes a hash for a plain password", send: `PUT ${admins}/${overmind.name}`, body: hashed("sha1", overmind.password, "5a", 10), gets: 200 },
    { it: "hashes it", send: `GET ${admins}`, as: { ...overmind, password: hashed("sha1", overmind.password, "5a", 10) }, gets: 200, like: { [overmind.name]: weakHash }, settles: true },
    { it: "stores a hash unchanged with raw=true", send: `PUT ${admins}/${cerebrate.name}?raw=true`, as: { ...overmind, password: hashed("sha1", overmind.password, "5a", 10) }, body: hashed("sha1", cerebrate.password, "5b", 10), gets: 200, exactly: "" },
    { it: "lets that admin log in", send: "GET /_session", as: cerebrate, gets: 200, like: known },
    { it: "ends once there is an admin", send: "PUT /ct-late", gets: 401, like: notServerAdmin },
  ],
};

runScenarios("2.3.1", () => startParty("2.3.1"), [two]);
runScenarios("1.7.2", () => startParty("1.7.2"), [one]);
