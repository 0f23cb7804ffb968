import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, nobody, noDatabase, notAllowed, notServerAdmin } from "./cast.js";

const exists = { error: "file_exists", reason: "The database could not be created, the file already exists." };
const illegal = { error: "illegal_database_name", reason: expect.stringContaining("Must begin with a letter.") };
const revision = expect.stringMatching(/^\d+-[0-9a-f]{32}$/);
const second = expect.stringMatching(/^\d{10}$/);

// biome-ignore format: one probe per line
export const databases: Scenario = {
  title: "databases",
  probes: [
    { it: "are created", send: "PUT /ct-hive", gets: 201, exactly: { ok: true } },
    { it: "can't be created twice", send: "PUT /ct-hive", gets: 412, like: exists },
    { it: "can't be created twice, even with another q", send: "PUT /ct-hive?q=8", gets: 412, like: exists },
    { it: "are created by admins only", send: "PUT /ct-other", as: nobody, gets: 401, like: notServerAdmin },
    { it: "show their information", send: "GET /ct-hive", gets: 200, like: { db_name: "ct-hive", doc_count: 0, doc_del_count: 0, instance_start_time: second, props: {}, cluster: { q: 2, n: 1, w: 1, r: 1 }, update_seq: expect.stringMatching(/^0-/) } },
    { it: "show nothing without a login", send: "GET /ct-hive", as: nobody, gets: 401, like: { error: "unauthorized", reason: "You are not authorized to access this db." } },
    { it: "exist for HEAD", send: "HEAD /ct-hive", gets: 200 },
    { it: "are missing for HEAD", send: "HEAD /ct-none", gets: 404 },
    { it: "may be missing", send: "GET /ct-none", gets: 404, like: noDatabase },
    { it: "may be missing without a login, too", send: "GET /ct-none", as: nobody, gets: 404, like: noDatabase },
    { it: "have slashes in their names, escaped", send: "PUT /ct-a%2Fb", gets: 201 },
    { it: "are found by such a name", send: "GET /ct-a%2Fb", gets: 200, like: { db_name: "ct-a/b" } },
    { it: "accept q, n and partitioned", send: "PUT /ct-shaped?q=4&n=3&partitioned=true", gets: 201 },
    { it: "show q, n and partitioned; n is at most the number of nodes", send: "GET /ct-shaped", gets: 200, like: { cluster: { q: 4, n: 1 }, props: { partitioned: true } } },
    { it: "ignore unknown parameters", send: "PUT /ct-plain?partitioned=false&nonsense=1", gets: 201 },
    { it: "refuse a q of 0", send: "PUT /ct-q?q=0", gets: 400, like: badRequest("The `q` value should be a positive integer.") },
    { it: "refuse an n that is not a number", send: "PUT /ct-q?n=x", gets: 400, like: badRequest("The `n` value should be a positive integer.") },
    { it: "refuse another value of `partitioned`", send: "PUT /ct-q?partitioned=half", gets: 400, like: badRequest("Invalid `partitioned` parameter") },
    { it: "refuse capitals", send: "PUT /Ct-hive", gets: 400, like: illegal },
    { it: "refuse dots", send: "PUT /ct.hive", gets: 400, like: illegal },
    { it: "refuse a leading digit", send: "PUT /1ct", gets: 400, like: illegal },
    { it: "refuse a leading underscore", send: "PUT /_ct", gets: 400, like: illegal },
    { it: "refuse long names", send: `PUT /ct-${"a".repeat(300)}`, gets: 400, like: { error: "database_name_too_long" } },
    { it: "include the system database for users", send: "PUT /_users", gets: 412, like: exists },
    { it: "include the system database for replications", send: "PUT /_replicator", gets: 412, like: exists },
    { it: "refuse other methods", send: "COPY /ct-hive", gets: 405, like: notAllowed("DELETE,GET,HEAD,POST") },
    { it: "are listed between two keys", send: 'GET /_all_dbs?start_key="ct-"&end_key="ct-i"', gets: 200, exactly: ["ct-a/b", "ct-hive"] },
    { it: "are listed with their information", send: 'GET /_dbs_info?start_key="ct-h"&end_key="ct-i"', gets: 200, like: [{ key: "ct-hive", info: { db_name: "ct-hive", instance_start_time: second } }] },
    { it: "have shard maps under their names", send: 'GET /_node/_local/_dbs/_all_docs?start_key="ct-h"&end_key="ct-i"', gets: 200, like: { rows: [{ id: "ct-hive", key: "ct-hive", value: { rev: revision } }] } },
    { it: "have their time of creation in the shard maps", send: 'GET /_node/_local/_dbs/_all_docs?start_key="ct-h"&end_key="ct-i"&include_docs=true', gets: 200, like: { rows: [{ doc: { _id: "ct-hive", _rev: revision, shard_suffix: expect.arrayContaining([46, 49]) } }] } },
    { it: "list at most `limit` shard maps", send: 'GET /_node/_local/_dbs/_all_docs?start_key="ct-a"&limit=1', gets: 200, like: { rows: [{ id: "ct-a/b" }] } },
    { it: "show their shard maps to admins only", send: "GET /_node/_local/_dbs/_all_docs", as: nobody, gets: 401, like: notServerAdmin },
    { it: "give their information by name", send: "POST /_dbs_info", body: { keys: ["ct-hive", "ct-none", "Bad"] }, gets: 200, like: [{ key: "ct-hive", info: { doc_count: 0 } }, { key: "ct-none", error: "not_found" }, { key: "Bad", error: "not_found" }] },
    { it: "give it to admins only", send: "POST /_dbs_info", as: nobody, body: { keys: [] }, gets: 401, like: notServerAdmin },
    { it: "give it for a hundred names in one request", send: "POST /_dbs_info", body: { keys: Array(100).fill("ct-none") }, gets: 200, like: expect.arrayContaining([{ key: "ct-none", error: "not_found" }]) },
    { it: "refuse more names in one request", send: "POST /_dbs_info", body: { keys: Array(101).fill("ct-none") }, gets: 400, like: badRequest("too_many_keys") },
    { it: "refuse the request without names", send: "POST /_dbs_info", body: {}, gets: 400, like: badRequest("`keys` member must exist.") },
    { it: "refuse the request in plain text", send: "POST /_dbs_info", body: { keys: [] }, headers: { "content-type": "text/plain" }, gets: 415, like: { error: "bad_content_type" } },
    { it: "have a revision limit", send: "GET /ct-hive/_revs_limit", gets: 200, exactly: 1000 },
    { it: "accept another limit", send: "PUT /ct-hive/_revs_limit", body: 50, gets: 200, like: { ok: true } },
    { it: "keep it", send: "GET /ct-hive/_revs_limit", gets: 200, exactly: 50 },
    { it: "answer a limit in quotes with a 500", send: "PUT /ct-hive/_revs_limit", body: "50", gets: 500 },
    { it: "answer a limit of 0 with a 500", send: "PUT /ct-hive/_revs_limit", body: 0, gets: 500 },
    { it: "are compacted", send: "POST /ct-hive/_compact", body: {}, gets: 202, like: { ok: true } },
    { it: "are compacted by admins only", send: "POST /ct-hive/_compact", as: nobody, body: {}, gets: 401 },
    { it: "are flushed", send: "POST /ct-hive/_ensure_full_commit", body: {}, gets: 201, like: { ok: true, instance_start_time: second } },
    { it: "are deleted by admins only", send: "DELETE /ct-hive", as: nobody, gets: 401, like: notServerAdmin },
    { it: "are not deleted with a revision", send: "DELETE /ct-hive?rev=1-a", gets: 400, like: { error: "bad_request" } },
    { it: "are deleted", send: "DELETE /ct-hive", gets: 200, exactly: { ok: true } },
    { it: "can't be deleted twice", send: "DELETE /ct-hive", gets: 404, like: noDatabase },
    { it: "can't be written once they are deleted", send: "PUT /ct-hive/egg", body: {}, gets: 404, like: noDatabase },
  ],
};
