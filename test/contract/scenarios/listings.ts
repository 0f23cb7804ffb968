import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, noJson, notAllowed } from "./cast.js";

const all = "/ct-list/_all_docs";
const rev = { rev: expect.any(String) };
const row = (id: string) => ({ id, key: id, value: rev });

// biome-ignore format: one probe per line
export const listings: Scenario = {
  title: "listings of documents",
  probes: [
    { it: "belong to a database", send: "PUT /ct-list", gets: 201 },
    { it: "start empty", send: `GET ${all}`, gets: 200, exactly: { total_rows: 0, offset: 0, rows: [] } },
    { it: "need documents", send: "POST /ct-list/_bulk_docs", body: { docs: [{ _id: "a", n: 1 }, { _id: "b" }, { _id: "c" }, { _id: "B" }, { _id: "_design/d", views: {} }] }, gets: 201 },
    { it: "omit deleted documents", send: "POST /ct-list/_bulk_docs", body: { new_edits: false, docs: [{ _id: "gone", _rev: "1-a", _deleted: true }] }, gets: 201 },
    { it: "are in byte order", send: `GET ${all}`, gets: 200, exactly: { total_rows: 5, offset: 0, rows: ["B", "_design/d", "a", "b", "c"].map(row) } },
    { it: "go from one key to another", send: `GET ${all}?startkey="a"&endkey="b"`, gets: 200, exactly: { total_rows: 5, offset: 2, rows: ["a", "b"].map(row) } },
    { it: "omit the last key on request", send: `GET ${all}?startkey="a"&endkey="b"&inclusive_end=false`, gets: 200, like: { rows: [row("a")] } },
    { it: "go backwards", send: `GET ${all}?descending=true&limit=2`, gets: 200, exactly: { total_rows: 5, offset: 0, rows: ["c", "b"].map(row) } },
    { it: "skip", send: `GET ${all}?skip=2&limit=1`, gets: 200, exactly: { total_rows: 5, offset: 2, rows: [row("a")] } },
    { it: "may be limited to nothing", send: `GET ${all}?limit=0`, gets: 200, exactly: { total_rows: 5, offset: 0, rows: [] } },
    { it: "include the documents", send: `GET ${all}?key="a"&include_docs=true`, gets: 200, like: { rows: [{ id: "a", doc: { _id: "a", _rev: expect.any(String), n: 1 } }] } },
    { it: "select by keys", send: `GET ${all}?keys=["c","none","gone"]`, gets: 200, exactly: { total_rows: 5, offset: null, rows: [row("c"), { key: "none", error: "not_found" }, { id: "gone", key: "gone", value: { rev: "1-a", deleted: true } }] } },
    { it: "select by keys in the body", send: `POST ${all}`, body: { keys: ["gone", "a"], include_docs: true }, gets: 200, like: { rows: [{ id: "gone", doc: null }, { id: "a", doc: { n: 1 } }] } },
    { it: "accept other parameters in the body", send: `POST ${all}`, body: { limit: 1 }, gets: 200, like: { rows: [row("B")] } },
    { it: "show the update sequence", send: `GET ${all}?update_seq=true&limit=0`, gets: 200, like: { update_seq: expect.stringMatching(/^6-/) } },
    { it: "answer several queries", send: `POST ${all}/queries`, body: { queries: [{ limit: 1 }, { startkey: "c" }] }, gets: 200, like: { results: [{ rows: [row("B")] }, { rows: [row("c")] }] } },
    { it: "need keys in a list", send: `POST ${all}`, body: { keys: "a" }, gets: 400, like: badRequest("`keys` body member must be an array.") },
    { it: "need keys in a list in the query, too", send: `GET ${all}?keys=5`, gets: 400, like: badRequest("`keys` parameter must be an array.") },
    { it: "need a key in JSON", send: `GET ${all}?key=a`, gets: 400, like: noJson },
    { it: "need a limit that is a number", send: `GET ${all}?limit=x`, gets: 400, like: { error: "query_parse_error" } },
    { it: "need a limit that is not negative", send: `GET ${all}?limit=-1`, gets: 400, like: { error: "query_parse_error" } },
    { it: "refuse a malformed boolean", send: `GET ${all}?descending=x`, gets: 400, like: { error: "query_parse_error" } },
    { it: "refuse other methods", send: `PUT ${all}`, body: {}, gets: 405, like: notAllowed("GET,HEAD,POST") },
    { it: "have nothing below them", send: `GET ${all}/x`, gets: 404 },
    { it: "show design documents alone", send: "GET /ct-list/_design_docs", gets: 200, exactly: { total_rows: 1, offset: 1, rows: [row("_design/d")] } },
    { it: "show design documents in full", send: "GET /ct-list/_design_docs?include_docs=true", gets: 200, like: { rows: [{ doc: { _id: "_design/d", views: {} } }] } },
    { it: "show design documents by keys", send: "POST /ct-list/_design_docs", body: { keys: ["_design/d", "_design/e"] }, gets: 200, like: { rows: [row("_design/d"), { key: "_design/e", error: "not_found" }] } },
    { it: "match the counts of the database", send: "GET /ct-list", gets: 200, like: { doc_count: 5, doc_del_count: 1 } },
  ],
};
