import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { notAllowed, notFound } from "./cast.js";

const db = "/ct-design";
const bad = `PUT ${db}/_design/bad`;
const byKind = "function (doc) { emit(doc.kind, 1); }";
const invalid = (reason: string) => ({ error: "invalid_design_doc", reason });
const view = (map: unknown, reduce?: unknown) => ({
  views: { v: { map, ...(reduce === undefined ? {} : { reduce }) } },
});

// biome-ignore format: one probe per line
export const designDocs: Scenario = {
  title: "design documents",
  probes: [
    { it: "live in a database", send: `PUT ${db}`, gets: 201 },
    { it: "are stored as they are sent", send: `PUT ${db}/_design/d`, body: { language: "javascript", views: { v: { map: byKind } }, note: { b: 1, a: [] } }, gets: 201, keeps: "first" },
    { it: "are read as they were sent", send: `GET ${db}/_design/d`, gets: 200, exactly: { _id: "_design/d", _rev: expect.any(String), language: "javascript", views: { v: { map: byKind } }, note: { b: 1, a: [] } } },
    { it: "are found with their slash escaped", send: `GET ${db}/_design%2Fd`, gets: 301 },
    { it: "are written with their slash escaped", send: `PUT ${db}/_design%2Fescaped`, body: {}, gets: 201, like: { id: "_design/escaped" } },
    { it: "conflict like other documents", send: `PUT ${db}/_design/d`, body: {}, gets: 409 },
    { it: "may have an unknown language", send: `PUT ${db}/_design/klingon`, body: { language: "klingon", ...view("nuqneH") }, gets: 201 },
    { it: "can't be queried after that", send: `GET ${db}/_design/klingon/_view/v`, gets: 500, like: { error: "unknown_query_language" } },
    { it: "may be empty", send: `PUT ${db}/_design/empty`, body: {}, gets: 201 },
    { it: "may hold arrow functions", send: `PUT ${db}/_design/arrow`, body: view("(doc) => { emit(doc._id); }"), gets: 201 },
    { it: "may end functions with a semicolon", send: `PUT ${db}/_design/semicolon`, body: view("function (doc) { emit(1); };"), gets: 201 },
    { it: "need maps that compile", send: bad, body: view("function (doc) { emit(}"), gets: 400, like: { error: "compilation_error", reason: expect.stringContaining("map function in the 'v' view failed") } },
    { it: "need reduces that compile", send: bad, body: view(byKind, "function ("), gets: 400, like: { error: "compilation_error", reason: expect.stringContaining("reduce function in the 'v' view failed") } },
    { it: "need maps that are functions", send: bad, body: view("5"), gets: 400, like: { error: "compilation_error" } },
    { it: "need maps without a name", send: bad, body: view("function named(doc) { emit(1); }"), gets: 400, like: { error: "compilation_error" } },
    { it: "need maps that are not empty", send: bad, body: view(""), gets: 404, like: notFound("missing function") },
    { it: "need maps that are strings", send: bad, body: view(5), gets: 400, exactly: invalid("`views.v.map` field must have string type") },
    { it: "need maps", send: bad, body: { views: { v: { reduce: "_count" } } }, gets: 400, exactly: invalid("View `v` must contain map function") },
    { it: "need a known built-in reduce if its name starts with `_`", send: bad, body: view(byKind, "_nosuch"), gets: 400, exactly: invalid("`_nosuch` is not a supported reduce function.") },
    { it: "need views that are objects", send: bad, body: { views: { v: "x" } }, gets: 400, exactly: invalid("`views.v` field must have object type") },
    { it: "need views in an object", send: bad, body: { views: [] }, gets: 400, exactly: invalid("`views` field must have object type") },
    { it: "need a language that is a string", send: bad, body: { language: 5 }, gets: 400, exactly: invalid("`language` field must have string type") },
    { it: "need filters in an object", send: bad, body: { filters: 5 }, gets: 400, exactly: invalid("`filters` field must have object type") },
    { it: "need shows that are functions", send: bad, body: { shows: { s: 5 } }, gets: 400, exactly: invalid("`shows.s` field must have string or object type") },
    { it: "need a validation function that is a string", send: bad, body: { validate_doc_update: 5 }, gets: 400, exactly: invalid("`validate_doc_update` field must have string type") },
    { it: "can't be partitioned in a database that is not", send: bad, body: { options: { partitioned: true }, ...view(byKind) }, gets: 400, exactly: invalid("partitioned option cannot be true in a non-partitioned database.") },
    { it: "are checked separately in bulk", send: `POST ${db}/_bulk_docs`, body: { docs: [{ _id: "_design/bad", ...view("function (") }, { _id: "fine" }] }, gets: 201, like: [{ id: "_design/bad", error: "compilation_error" }, { ok: true, id: "fine" }] },
    { it: "are not stored if they are refused", send: `GET ${db}/_design/bad`, gets: 404, like: notFound("missing") },
    { it: "are deleted", send: `DELETE ${db}/_design/d?rev=<first>`, gets: 200 },
    { it: "can't be queried after that", send: `GET ${db}/_design/d/_view/v`, gets: 404, like: notFound("deleted") },
    { it: "describe their index", send: `GET ${db}/_design/arrow/_info`, gets: 200, like: { name: "arrow", view_index: { signature: expect.stringMatching(/^[0-9a-f]{32}$/), language: "javascript", updater_running: false, updates_pending: { total: expect.any(Number) } } } },
    { it: "refuse to write its description", send: `POST ${db}/_design/arrow/_info`, body: {}, gets: 405, like: notAllowed("GET") },
    { it: "have no description if they are missing", send: `GET ${db}/_design/none/_info`, gets: 404, like: notFound("missing") },
    { it: "are compacted", send: `POST ${db}/_compact/arrow`, body: {}, gets: 202 },
    { it: "are not compacted if they are missing", send: `POST ${db}/_compact/none`, body: {}, gets: 404, like: notFound("missing") },
  ],
};

const staged = "/ct-staged";
/** Without this, CouchDB builds the index by itself after a while. */
const autoupdate = false;
const old = { autoupdate, views: { v: { map: "function (doc) { emit(doc.n, 1); }" } } };
const renewed = {
  autoupdate,
  views: { v: { map: "function (doc) { emit(doc.n * 10, 1); }" } },
  language: "javascript",
};
const rows = (...keys: number[]) => ({ rows: keys.map((key) => ({ key })) });
const stale = `GET ${staged}/_design/d/_view/v?update=false`;

// biome-ignore format: one probe per line
export const staging: Scenario = {
  title: "a staged design document",
  probes: [
    { it: "lives in a database", send: `PUT ${staged}`, gets: 201 },
    { it: "needs documents", send: `POST ${staged}/_bulk_docs`, body: { docs: [{ _id: "a", n: 1 }, { _id: "b", n: 2 }] }, gets: 201 },
    { it: "has an old version", send: `PUT ${staged}/_design/d`, body: old, gets: 201, keeps: "old" },
    { it: "shows no rows of the old version before it is built", send: stale, gets: 200, exactly: { total_rows: 0, offset: 0, rows: [] } },
    { it: "shows pending updates of the old version", send: `GET ${staged}/_design/d/_info`, gets: 200, like: { view_index: { updates_pending: { total: expect.any(Number) }, update_seq: 0 } } },
    { it: "builds the old version on a query", send: `GET ${staged}/_design/d/_view/v`, gets: 200, like: rows(1, 2) },
    { it: "shows no pending updates once it is built", send: `GET ${staged}/_design/d/_info`, gets: 200, like: { view_index: { updates_pending: { total: 0 } } } },
    { it: "is written alongside the old version", send: `PUT ${staged}/_design/tmp`, body: renewed, gets: 201, keeps: "tmp" },
    { it: "starts its build without waiting", send: `GET ${staged}/_design/tmp/_view/v?update=lazy&limit=0`, gets: 200, like: { rows: [] } },
    { it: "is built in the background", send: `GET ${staged}/_design/tmp/_info`, gets: 200, like: { view_index: { updates_pending: { total: 0 }, updater_running: false, waiting_commit: false } }, settles: true },
    { it: "leaves the old version unchanged", send: stale, gets: 200, like: rows(1, 2) },
    { it: "is copied over the old version", send: `COPY ${staged}/_design/tmp`, headers: { destination: "_design/d?rev=<old>" }, gets: 201, keeps: "old" },
    { it: "answers immediately from the existing index", send: stale, gets: 200, like: rows(10, 20) },
    { it: "is deleted", send: `DELETE ${staged}/_design/tmp?rev=<tmp>`, gets: 200 },
    { it: "is cleaned up", send: `POST ${staged}/_view_cleanup`, body: {}, gets: 202, like: { ok: true } },
    { it: "leaves its index behind", send: stale, gets: 200, like: rows(10, 20) },
    { it: "keeps the index if only key order, language and filters change", send: `PUT ${staged}/_design/d`, body: { filters: { f: "function () { return true; }" }, autoupdate, views: renewed.views, _rev: "<old>" }, gets: 201, keeps: "old" },
    { it: "still answers immediately", send: stale, gets: 200, like: rows(10, 20) },
    { it: "loses the index when a map changes in place", send: `PUT ${staged}/_design/d`, body: { autoupdate, views: { v: { map: `${renewed.views.v.map} ` } }, _rev: "<old>" }, gets: 201 },
    { it: "shows no rows after that", send: stale, gets: 200, like: { rows: [] } },
  ],
};
