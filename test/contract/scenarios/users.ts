import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { drone, forbidden, nobody, queen, terran, unauthorized } from "./cast.js";

const path = (name: string) => `/_users/org.couchdb.user:${name}`;
const user = (name: string, fields: object) => ({ name, type: "user", roles: [], ...fields });
const hash = {
  password_scheme: "pbkdf2",
  pbkdf2_prf: "sha256",
  salt: expect.any(String),
  iterations: expect.any(Number),
  derived_key: expect.stringMatching(/^[0-9a-f]{64}$/),
};
const stranger = path("ct-stranger");

// biome-ignore format: one probe per line
export const users: Scenario = {
  title: "users",
  probes: [
    { it: "are validated by a design document, some seconds after the first start", send: "GET /_users/_design/_auth", gets: 200, like: { validate_doc_update: expect.any(String) }, settles: true },
    { it: "are created with a password", send: `PUT ${path(drone.name)}`, body: user(drone.name, { roles: ["ct-hive"], password: drone.password }), gets: 201, keeps: "drone" },
    { it: "keep a hash of the password", send: `GET ${path(drone.name)}`, gets: 200, like: { name: drone.name, roles: ["ct-hive"], ...hash } },
    { it: "log in", send: "GET /_session", as: drone, gets: 200, like: { userCtx: { name: drone.name, roles: ["ct-hive"] }, info: { authenticated: "default" } } },
    { it: "log in by cookie", send: "POST /_session", as: nobody, body: drone, gets: 200, like: { ok: true, name: drone.name, roles: ["ct-hive"] } },
    { it: "are recognised by the cookie", send: "GET /_session", as: nobody, headers: { cookie: "<cookie>" }, gets: 200, like: { userCtx: { name: drone.name }, info: { authenticated: "cookie" } } },
    { it: "can be several", send: `PUT ${path(queen.name)}`, body: user(queen.name, { password: queen.password }), gets: 201 },
    { it: "may have no roles", send: `PUT ${path(terran.name)}`, body: user(terran.name, { password: terran.password }), gets: 201 },
    { it: "lose their login when the hash is left out", send: `PUT ${path(drone.name)}`, body: user(drone.name, { roles: ["ct-hive"], _rev: "<drone>" }), gets: 201, keeps: "drone" },
    { it: "can't log in after that", send: "GET /_session", as: drone, gets: 401, settles: true },
    { it: "get their login back with a password", send: `PUT ${path(drone.name)}`, body: user(drone.name, { roles: ["ct-hive"], password: drone.password, _rev: "<drone>" }), gets: 201 },
    { it: "log in again", send: "GET /_session", as: drone, gets: 200, settles: true },
    { it: "need roles", send: `PUT ${stranger}`, body: { name: "ct-stranger", type: "user" }, gets: 403, like: forbidden("doc.roles must exist") },
    { it: "need a list of roles", send: `PUT ${stranger}`, body: user("ct-stranger", { roles: "x" }), gets: 403, like: forbidden("doc.roles must be an array") },
    { it: "refuse system roles", send: `PUT ${stranger}`, body: user("ct-stranger", { roles: ["_admin"] }), gets: 403, like: forbidden("No system roles (starting with underscore) in users db.") },
    { it: "need a type", send: `PUT ${stranger}`, body: { name: "ct-stranger", roles: [] }, gets: 403, like: forbidden("doc.type must be user") },
    { it: "need a name", send: `PUT ${stranger}`, body: { type: "user", roles: [] }, gets: 403, like: forbidden("doc.name is required") },
    { it: "need an id that matches their name", send: `PUT ${stranger}`, body: user("ct-other", {}), gets: 403, like: forbidden("Doc ID must be of the form org.couchdb.user:name") },
    { it: "need a known scheme", send: `PUT ${stranger}`, body: user("ct-stranger", { password_scheme: "rot13" }), gets: 403, like: forbidden("Password scheme `rot13` not supported.") },
    { it: "need a password that is a string", send: `PUT ${stranger}`, body: user("ct-stranger", { password: 5 }), gets: 403, like: { error: "forbidden" } },
    { it: "can't be read without a login", send: `GET ${path(drone.name)}`, as: nobody, gets: 401, like: unauthorized("You are not authorized to access this db.") },
    { it: "can't be read by other users", send: `GET ${path(drone.name)}`, as: terran, gets: 403, like: forbidden("You are not allowed to access this db.") },
    { it: "can't be listed by users", send: "GET /_users/_all_docs", as: terran, gets: 401, like: unauthorized("You are not a server admin.") },
    { it: "can't be given another security object", send: "PUT /_users/_security", body: {}, gets: 403, like: forbidden("You can't edit the security object of the user database.") },
  ],
};
