import type { Scenario } from "../contract.js";
import { notAllowed, notFound } from "./cast.js";

const design = "/ct-views/_design/d";
const view = (name: string) => `${design}/_view/${name}`;
const hatchery = {
  docs: [
    { _id: "a", kind: "drone", hp: 5 },
    { _id: "b", kind: "drone", hp: 7 },
    { _id: "c", kind: "queen", hp: 100 },
    { _id: "e", kind: "egg" },
  ],
};
const designDoc = {
  views: {
    lib: { names: "exports.upper = function (name) { return name.toUpperCase(); };" },
    kind: { map: "function (doc) { emit(doc.kind, doc.hp || 0); }", reduce: "_sum" },
    plain: { map: "function (doc) { if (doc.hp) emit(doc._id, null); }" },
    list: { map: "function (doc) { emit([doc.kind, doc._id], 1); }", reduce: "_count" },
    upper: { map: "function (doc) { emit(require('views/lib/names').upper(doc.kind)); }" },
    failing: { map: "function (doc) { emit(doc.kind.length.x.y); }" },
    odd: { map: "function (doc) { emit(undefined, undefined); }" },
    frozen: { map: "function (doc) { doc.hp = 1; emit(doc._id, doc.hp); }" },
    evaluating: { map: "function (doc) { emit(eval('1 + 1'), new Function('return 3')()); }" },
    linked: { map: "function (doc) { emit(doc._id, { _id: 'a' }); }" },
    order: {
      map: "function (doc) { if (doc._id === 'a') [{}, [], 'ä', 'b', 'A', 'a', '_', 10, 9, true, false, null, [0], ['a'], { a: 1 }].forEach(function (key) { emit(key); }); }",
    },
  },
};
const queryError = (reason: string) => ({ error: "query_parse_error", reason });
const row = (id: string, key: unknown, value: unknown) => ({ id, key, value });

// biome-ignore format: one probe per line
export const views: Scenario = {
  title: "views",
  probes: [
    { it: "belong to a database", send: "PUT /ct-views", gets: 201 },
    { it: "need documents", send: "POST /ct-views/_bulk_docs", body: hatchery, gets: 201 },
    { it: "need a design document", send: `PUT ${design}`, body: designDoc, gets: 201 },
    { it: "show rows in the order of keys and ids", send: `GET ${view("kind")}?reduce=false`, gets: 200, exactly: { total_rows: 4, offset: 0, rows: [row("a", "drone", 5), row("b", "drone", 7), row("e", "egg", 0), row("c", "queen", 100)] } },
    { it: "show only what was emitted", send: `GET ${view("plain")}`, gets: 200, exactly: { total_rows: 3, offset: 0, rows: [row("a", "a", null), row("b", "b", null), row("c", "c", null)] } },
    { it: "may evaluate text", send: `GET ${view("evaluating")}?limit=1`, gets: 200, exactly: { total_rows: 4, offset: 0, rows: [row("a", 2, 3)] } },
    { it: "go backwards", send: `GET ${view("plain")}?descending=true&skip=1`, gets: 200, exactly: { total_rows: 3, offset: 1, rows: [row("b", "b", null), row("a", "a", null)] } },
    { it: "start at a key", send: `GET ${view("plain")}?startkey="b"`, gets: 200, exactly: { total_rows: 3, offset: 1, rows: [row("b", "b", null), row("c", "c", null)] } },
    { it: "show one key", send: `GET ${view("kind")}?reduce=false&key="drone"`, gets: 200, like: { rows: [{ id: "a" }, { id: "b" }] } },
    { it: "show several keys in their order", send: `POST ${view("kind")}?reduce=false`, body: { keys: ["queen", "egg", "none"] }, gets: 200, like: { rows: [{ id: "c" }, { id: "e" }] } },
    { it: "show a key from a document id on", send: `GET ${view("kind")}?reduce=false&startkey="drone"&startkey_docid=b&endkey="drone"`, gets: 200, like: { rows: [{ id: "b" }] } },
    { it: "include documents", send: `GET ${view("plain")}?key="a"&include_docs=true`, gets: 200, like: { rows: [{ id: "a", doc: { _id: "a", kind: "drone" } }] } },
    { it: "include the document that a value names", send: `GET ${view("linked")}?key="c"&include_docs=true`, gets: 200, like: { rows: [{ id: "c", doc: { _id: "a" } }] } },
    { it: "show no rows with a limit of 0", send: `GET ${view("plain")}?limit=0`, gets: 200, exactly: { total_rows: 3, offset: 0, rows: [] } },
    { it: "have libraries", send: `GET ${view("upper")}?limit=1`, gets: 200, like: { rows: [row("a", "DRONE", null)] } },
    { it: "omit documents that their map fails on", send: `GET ${view("failing")}`, gets: 200, exactly: { total_rows: 0, offset: 0, rows: [] } },
    { it: "show null for undefined", send: `GET ${view("odd")}?limit=1`, gets: 200, like: { rows: [row("a", null, null)] } },
    { it: "get documents that they can't change", send: `GET ${view("frozen")}?key="a"`, gets: 200, like: { rows: [row("a", "a", 5)] } },
    { it: "order keys by type, and strings by Unicode", send: `GET ${view("order")}`, gets: 200, like: { rows: [null, false, true, 9, 10, "_", "a", "A", "ä", "b", [], [0], ["a"], {}, { a: 1 }].map((key) => ({ key })) } },
    { it: "answer several queries", send: `POST ${view("kind")}/queries`, body: { queries: [{ reduce: false, limit: 1 }, { group: true }] }, gets: 200, like: { results: [{ rows: [{ id: "a" }] }, { rows: [{ key: "drone" }, { key: "egg" }, { key: "queen" }] }] } },
    { it: "accept POST", send: `POST ${view("kind")}`, body: { reduce: false, limit: 1 }, gets: 200, like: { rows: [{ id: "a" }] } },
    { it: "may be missing", send: `GET ${view("none")}`, gets: 404, like: notFound("missing_named_view") },
    { it: "may be missing with their design document", send: "GET /ct-views/_design/none/_view/v", gets: 404, like: notFound("missing") },
    { it: "refuse other methods", send: `PUT ${view("kind")}`, body: {}, gets: 405, like: notAllowed("GET,POST,HEAD") },
    { it: "refuse a limit that is not a number", send: `GET ${view("plain")}?limit=x`, gets: 400, like: { error: "query_parse_error" } },
    { it: "refuse a wrong `update`", send: `GET ${view("plain")}?update=x`, gets: 400, like: queryError("Invalid value for `update`.") },
    { it: "refuse keys that are not a list", send: `GET ${view("plain")}?keys=5`, gets: 400, like: queryError("`keys` must be an array of strings.") },
    { it: "refuse a reversed range", send: `GET ${view("plain")}?startkey="z"&endkey="a"`, gets: 400, like: { error: "query_parse_error" } },
    { it: "refuse to reduce without a reduce", send: `GET ${view("plain")}?reduce=true`, gets: 400, like: queryError("Reduce is invalid for map-only views.") },
    { it: "refuse to group without a reduce", send: `GET ${view("plain")}?group=true`, gets: 400, like: queryError("Invalid use of grouping on a map view.") },
    { it: "refuse documents in a reduce", send: `GET ${view("kind")}?include_docs=true`, gets: 400, like: queryError("`include_docs` is invalid for reduce") },
    { it: "refuse several keys in an ungrouped reduce", send: `GET ${view("kind")}?keys=["a","b"]`, gets: 400, like: queryError("Multi-key fetches for reduce views must use `group=true`") },
    { it: "follow new documents", send: "PUT /ct-views/n", body: { kind: "nydus", hp: 3 }, gets: 201, keeps: "nydus" },
    { it: "show new documents", send: `GET ${view("plain")}?key="n"`, gets: 200, like: { total_rows: 4, rows: [row("n", "n", null)] } },
    { it: "follow deletions", send: "DELETE /ct-views/n?rev=<nydus>", gets: 200 },
    { it: "no longer show deleted documents", send: `GET ${view("plain")}?key="n"`, gets: 200, like: { total_rows: 3, rows: [] } },
  ],
};

const reducing = (reduce: string, value = "doc.hp || 0") => ({
  map: `function (doc) { emit(doc.kind, ${value}); }`,
  reduce,
});
const reduceDesign = {
  views: {
    sum: reducing("_sum"),
    lists: reducing("_sum", "[1, doc.hp || 0]"),
    objects: reducing("_sum", "{ n: 1, of: { hp: doc.hp || 0 } }"),
    wrong: reducing("_sum", "'x'"),
    count: reducing("_count"),
    stats: reducing("_stats"),
    distinct: reducing("_approx_count_distinct"),
    first: reducing("_first"),
    last: reducing("_last"),
    top: reducing("_top_2"),
    bottom: reducing("_bottom_2"),
    own: reducing("function (keys, values, rereduce) { return sum(values); }"),
    throwing: reducing("function () { throw 'no'; }"),
  },
};
const reduced = (name: string) => `/ct-views/_design/r/_view/${name}`;
const value = (value: unknown) => ({ rows: [{ key: null, value }] });

// biome-ignore format: one probe per line
export const reduces: Scenario = {
  title: "reduced views",
  probes: [
    { it: "need a design document", send: "PUT /ct-views/_design/r", body: reduceDesign, gets: 201 },
    { it: "sum", send: `GET ${reduced("sum")}`, gets: 200, exactly: value(112) },
    { it: "sum lists", send: `GET ${reduced("lists")}`, gets: 200, exactly: value([4, 112]) },
    { it: "sum objects", send: `GET ${reduced("objects")}`, gets: 200, exactly: value({ n: 4, of: { hp: 112 } }) },
    { it: "do not sum strings", send: `GET ${reduced("wrong")}`, gets: 200, like: value({ error: "builtin_reduce_error", caused_by: "x" }) },
    { it: "count", send: `GET ${reduced("count")}`, gets: 200, exactly: value(4) },
    { it: "compute statistics", send: `GET ${reduced("stats")}`, gets: 200, exactly: value({ sum: 112, count: 4, min: 0, max: 100, sumsqr: 10074 }) },
    { it: "count keys", send: `GET ${reduced("distinct")}`, gets: 200, exactly: value(3) },
    { it: "return the first value", send: `GET ${reduced("first")}`, gets: 200, exactly: value(5) },
    { it: "return the last value", send: `GET ${reduced("last")}`, gets: 200, exactly: value(100) },
    { it: "return the greatest value", send: `GET ${reduced("top")}`, gets: 200, exactly: value([100, 7]) },
    { it: "return the least value", send: `GET ${reduced("bottom")}`, gets: 200, exactly: value([0, 5]) },
    { it: "run functions", send: `GET ${reduced("own")}?group=true`, gets: 200, exactly: { rows: [{ key: "drone", value: 12 }, { key: "egg", value: 0 }, { key: "queen", value: 100 }] } },
    { it: "show null if a function fails", send: `GET ${reduced("throwing")}`, gets: 200, exactly: value(null) },
    { it: "group by key", send: `GET ${reduced("sum")}?group=true`, gets: 200, exactly: { rows: [{ key: "drone", value: 12 }, { key: "egg", value: 0 }, { key: "queen", value: 100 }] } },
    { it: "group only the requested keys", send: `GET ${reduced("sum")}?group=true&keys=["queen","drone"]`, gets: 200, exactly: { rows: [{ key: "queen", value: 100 }, { key: "drone", value: 12 }] } },
    { it: "group by a prefix of a key", send: `GET ${view("list")}?group_level=1`, gets: 200, exactly: { rows: [{ key: ["drone"], value: 2 }, { key: ["egg"], value: 1 }, { key: ["queen"], value: 1 }] } },
    { it: "show at most `limit` groups", send: `GET ${reduced("sum")}?group=true&skip=1&limit=1`, gets: 200, exactly: { rows: [{ key: "egg", value: 0 }] } },
    { it: "show no rows without matching keys", send: `GET ${reduced("sum")}?key="none"`, gets: 200, exactly: { rows: [] } },
  ],
};
