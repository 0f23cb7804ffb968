import type { Scenario } from "../contract.js";
import { drone, forbidden, nobody, noJson, notServerAdmin, queen, terran, unauthorized } from "./cast.js";

const adminsOnly = { members: { roles: ["_admin"] }, admins: { roles: ["_admin"] } };
const hive = { admins: { names: [queen.name], roles: [] }, members: { names: [], roles: ["ct-hive"] } };
const noMajority = { error: "error", reason: "no_majority" };
const notDbAdmin = forbidden("You are not a db or server admin.");
const outsider = forbidden("You are not allowed to access this db.");
const view = { views: { all: { map: "function (doc) { emit(doc._id); }" } } };
const index = { index: { fields: ["a"] }, ddoc: "ct-index", name: "ct-index" };

/** Needs the users from the previous scenario. */
// biome-ignore format: one probe per line
export const security: Scenario = {
  title: "security",
  probes: [
    { it: "starts with a new database", send: "PUT /ct-secure", gets: 201 },
    { it: "lets only admins in at first", send: "GET /ct-secure/_security", gets: 200, exactly: adminsOnly },
    { it: "keeps users out at first", send: "GET /ct-secure", as: drone, gets: 403, like: outsider },
    { it: "is replaced", send: "PUT /ct-secure/_security", body: hive, gets: 200, exactly: { ok: true } },
    { it: "is stored as it was sent", send: "GET /ct-secure/_security", gets: 200, exactly: hive },
    { it: "has nothing below it", send: "GET /ct-secure/_security/x", gets: 404 },
    { it: "lets a member read", send: "GET /ct-secure", as: drone, gets: 200 },
    { it: "lets a member read the security object", send: "GET /ct-secure/_security", as: drone, gets: 200, exactly: hive },
    { it: "lets a member write", send: "PUT /ct-secure/egg", as: drone, body: { a: 1 }, gets: 201 },
    { it: "lets a member write `_local` documents", send: "PUT /ct-secure/_local/egg", as: drone, body: {}, gets: 201 },
    { it: "lets a member list `_local` documents", send: "GET /ct-secure/_local_docs", as: drone, gets: 200, like: { rows: [{ id: "_local/egg" }] } },
    { it: "lets no member write design documents", send: "PUT /ct-secure/_design/x", as: drone, body: view, gets: 403, like: notDbAdmin },
    { it: "lets no member write design documents in bulk", send: "POST /ct-secure/_bulk_docs", as: drone, body: { docs: [{ _id: "_design/x" }, { _id: "b" }] }, gets: 201, like: [{ id: "_design/x", ...notDbAdmin }, { ok: true, id: "b" }] },
    { it: "lets no member create an index, with a 500", send: "POST /ct-secure/_index", as: drone, body: index, gets: 500, like: { error: "error_saving_ddoc" } },
    { it: "lets no member change the security object, with a 500", send: "PUT /ct-secure/_security", as: drone, body: {}, gets: 500, like: noMajority },
    { it: "lets no member set limits, with a 500", send: "PUT /ct-secure/_revs_limit", as: drone, body: 5, gets: 500 },
    { it: "lets no member compact", send: "POST /ct-secure/_compact", as: drone, body: {}, gets: 401, like: unauthorized("You are not a server or db admin.") },
    { it: "lets no member clean up", send: "POST /ct-secure/_view_cleanup", as: drone, body: {}, gets: 401, like: unauthorized("You are not a server or db admin.") },
    { it: "lets a database admin write design documents", send: "PUT /ct-secure/_design/x", as: queen, body: view, gets: 201 },
    { it: "lets a database admin create an index", send: "POST /ct-secure/_index", as: queen, body: index, gets: 200, like: { result: "created" } },
    { it: "lets a database admin clean up", send: "POST /ct-secure/_view_cleanup", as: queen, body: {}, gets: 202 },
    { it: "lets a database admin change the security object", send: "PUT /ct-secure/_security", as: queen, body: { ...hive, note: "kept" }, gets: 200 },
    { it: "keeps other fields", send: "GET /ct-secure/_security", as: queen, gets: 200, exactly: { ...hive, note: "kept" } },
    { it: "lets no database admin delete the database", send: "DELETE /ct-secure", as: queen, gets: 401, like: notServerAdmin },
    { it: "lets no database admin create a database", send: "PUT /ct-secure-two", as: queen, gets: 401, like: notServerAdmin },
    { it: "lets no database admin use `_dbs_info`", send: "POST /_dbs_info", as: queen, body: { keys: [] }, gets: 401, like: notServerAdmin },
    { it: "lets no database admin list databases", send: "GET /_all_dbs", as: queen, gets: 401, like: notServerAdmin },
    { it: "keeps an outsider out", send: "GET /ct-secure", as: terran, gets: 403, like: outsider },
    { it: "keeps an outsider from documents", send: "GET /ct-secure/egg", as: terran, gets: 403, like: outsider },
    { it: "keeps an outsider from queries", send: "POST /ct-secure/_find", as: terran, body: { selector: {} }, gets: 403, like: outsider },
    { it: "keeps anonymous users out", send: "PUT /ct-secure/egg", as: nobody, body: {}, gets: 401, like: unauthorized("You are not authorized to access this db.") },
    { it: "with names that are not a list is a 500", send: "PUT /ct-secure/_security", body: { members: { names: "x" } }, gets: 500, like: noMajority },
    { it: "with roles that are numbers is a 500", send: "PUT /ct-secure/_security", body: { admins: { roles: [1] } }, gets: 500, like: noMajority },
    { it: "that is a list is a 500", send: "PUT /ct-secure/_security", body: [], gets: 500, like: noMajority },
    { it: "that is not JSON is a 400", send: "PUT /ct-secure/_security", raw: "{", gets: 400, like: noJson },
    { it: "is opened to all", send: "PUT /ct-secure/_security", body: {}, gets: 200 },
    { it: "lets anonymous users read after that", send: "GET /ct-secure/egg", as: nobody, gets: 200 },
    { it: "lets anonymous users write after that", send: "PUT /ct-secure/anonymous", as: nobody, body: {}, gets: 201 },
    { it: "lets no anonymous user write design documents even then", send: "PUT /ct-secure/_design/y", as: nobody, body: view, gets: 401, like: unauthorized("You are not a db or server admin.") },
  ],
};
