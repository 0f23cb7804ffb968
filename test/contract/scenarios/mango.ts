import { expect } from "vitest";
import type { Scenario } from "../contract.js";
import { badRequest, nobody, noDatabase, notAllowed, notFound } from "./cast.js";

const db = "/ct-mango";
const post = `POST ${db}/_index`;
const byKind = { index: { fields: ["kind"] }, ddoc: "kinds", name: "by-kind" };
const strong = {
  index: { fields: ["hp"], partial_filter_selector: { kind: "drone" } },
  ddoc: "strong",
  name: "strong",
};
const nested = {
  index: { fields: ["hp"], partial_filter_selector: { $not: { a: { b: { $gt: 1 } } }, c: { $in: [1] } } },
  ddoc: "nested",
  name: "nested",
};
const allDocs = { ddoc: null, name: "_all_docs", type: "special", def: { fields: [{ _id: "asc" }] } };
const described = (ddoc: string, name: string, def: object) => ({
  ddoc: `_design/${ddoc}`,
  name,
  type: "json",
  partitioned: false,
  def,
});
const made = (ddoc: string, name: string) => ({ result: "created", id: `_design/${ddoc}`, name });
const exists = (ddoc: string, name: string) => ({ result: "exists", id: `_design/${ddoc}`, name });

// biome-ignore format: one probe per line
export const indexes: Scenario = {
  title: "Mango indexes",
  probes: [
    { it: "belong to a database", send: `PUT ${db}`, gets: 201 },
    { it: "include one from the start", send: `GET ${db}/_index`, gets: 200, exactly: { total_rows: 1, indexes: [allDocs] } },
    { it: "are created", send: post, body: byKind, gets: 200, exactly: made("kinds", "by-kind") },
    { it: "are not created twice", send: post, body: byKind, gets: 200, exactly: exists("kinds", "by-kind") },
    { it: "are not created twice, with the prefix either", send: post, body: { ...byKind, ddoc: "_design/kinds", type: "json" }, gets: 200, exactly: exists("kinds", "by-kind") },
    { it: "are design documents", send: `GET ${db}/_design/kinds`, gets: 200, exactly: { _id: "_design/kinds", _rev: expect.any(String), language: "query", views: { "by-kind": { map: { fields: { kind: "asc" }, partial_filter_selector: {} }, reduce: "_count", options: { def: { fields: ["kind"] } } } } } },
    { it: "are created again if spelled differently", send: post, body: { ...byKind, index: { fields: [{ kind: "asc" }] } }, gets: 200, exactly: made("kinds", "by-kind") },
    { it: "are silently replaced", send: post, body: { ...byKind, index: { fields: ["hp"] } }, gets: 200, exactly: made("kinds", "by-kind") },
    { it: "show the new definition", send: `GET ${db}/_index`, gets: 200, exactly: { total_rows: 2, indexes: [allDocs, described("kinds", "by-kind", { fields: [{ hp: "asc" }] })] } },
    { it: "may share a design document", send: post, body: { ...byKind, name: "second" }, gets: 200, exactly: made("kinds", "second") },
    { it: "may be partial", send: post, body: strong, gets: 200, exactly: made("strong", "strong") },
    { it: "show a normalised filter", send: `GET ${db}/_index`, gets: 200, like: { total_rows: 4, indexes: expect.arrayContaining([described("strong", "strong", { fields: [{ hp: "asc" }], partial_filter_selector: { kind: { $eq: "drone" } } })]) } },
    { it: "are created again with a filter spelled differently", send: post, body: { ...strong, index: { fields: ["hp"], partial_filter_selector: { kind: { $eq: "drone" } } } }, gets: 200, exactly: made("strong", "strong") },
    { it: "normalise filters deeply", send: post, body: nested, gets: 200 },
    { it: "show the normalised filter in the design document", send: `GET ${db}/_design/nested`, gets: 200, like: { views: { nested: { map: { partial_filter_selector: { $and: [{ "a.b": { $lte: 1 } }, { c: { $in: [1] } }] } } } } } },
    { it: "may be descending", send: post, body: { index: { fields: [{ kind: "desc" }] }, ddoc: "down", name: "down" }, gets: 200 },
    { it: "can't mix directions", send: post, body: { index: { fields: [{ a: "desc" }, { b: "asc" }] } }, gets: 400, like: { error: "unsupported_mixed_sort" } },
    { it: "get generated names", send: post, body: { index: { fields: ["zz"] } }, gets: 200, like: { result: "created", id: expect.stringMatching(/^_design\/[0-9a-f]{40}$/), name: expect.stringMatching(/^[0-9a-f]{40}$/) } },
    { it: "get the same generated names again", send: post, body: { index: { fields: ["zz"] } }, gets: 200, like: { result: "exists" } },
    { it: "need fields", send: post, body: { index: {} }, gets: 400, exactly: { error: "missing_required_key", reason: "Missing required key: fields" } },
    { it: "need a definition", send: post, body: {}, gets: 400, exactly: { error: "missing_required_key", reason: "Missing required key: index" } },
    { it: "need a definition that is an object", send: post, body: { index: "x" }, gets: 400, like: { error: "invalid_index" } },
    { it: "need fields that are strings", send: post, body: { index: { fields: ["a", 5] } }, gets: 400, exactly: { error: "invalid_sort_field", reason: "Invalid sort field: 5" } },
    { it: "refuse unknown keys", send: post, body: { ...byKind, bogus: 1 }, gets: 400, exactly: { error: "invalid_key", reason: "Invalid key bogus for this request." } },
    { it: "refuse empty names", send: post, body: { ...byKind, name: "" }, gets: 400, like: { error: "invalid_empty_string" } },
    { it: "refuse unknown operators", send: post, body: { index: { fields: ["a"], partial_filter_selector: { a: { $nope: 1 } } } }, gets: 400, like: { error: "invalid_operator" } },
    { it: "refuse unknown types", send: post, body: { ...byKind, type: "zzz" }, gets: 400, like: { error: "invalid_index", reason: "Invalid type for index: zzz" } },
    { it: "of type text need a search server", send: post, body: { ...byKind, type: "text" }, gets: 503, exactly: { error: "required index service unavailable", reason: "text" } },
    { it: "can be partitioned only in partitioned databases", send: post, body: { index: { fields: ["a"] }, partitioned: true }, gets: 500, like: { error: "error_saving_ddoc" } },
    { it: "share the database with a design document in JavaScript", send: `PUT ${db}/_design/js`, body: { views: {} }, gets: 201 },
    { it: "can't be created in it", send: post, body: { index: { fields: ["a"] }, ddoc: "js" }, gets: 400, like: { error: "invalid_ddoc_lang" } },
    { it: "are removed", send: `DELETE ${db}/_index/kinds/json/second`, gets: 200, exactly: { ok: true } },
    { it: "can't be removed twice", send: `DELETE ${db}/_index/kinds/json/second`, gets: 404, like: notFound("missing") },
    { it: "leave others in the design document", send: `GET ${db}/_design/kinds`, gets: 200, like: { views: { "by-kind": {} } } },
    { it: "are removed with the prefix", send: `DELETE ${db}/_index/_design/strong/json/strong`, gets: 200 },
    { it: "remove the design document with its last index", send: `GET ${db}/_design/strong`, gets: 404, like: notFound("deleted") },
    { it: "are created again after that", send: post, body: strong, gets: 200, exactly: made("strong", "strong") },
    { it: "refuse other methods", send: `PUT ${db}/_index`, body: {}, gets: 405, like: notAllowed("GET,POST") },
  ],
};

const found = (...ids: string[]) => ({ docs: ids.map((_id) => ({ _id })) });
const ids = ["_id"];
const search = `POST ${db}/_find`;
const select = (selector: unknown, more: object = {}) => ({ selector, fields: ids, ...more });
const larvae = [
  { _id: "a", kind: "drone", hp: 5, tags: ["x", "y"], of: { hive: 1 } },
  { _id: "b", kind: "drone", hp: 7, tags: [], of: { hive: 2 } },
  { _id: "c", kind: "queen", hp: 100, of: null },
  { _id: "d", kind: "egg" },
];

// biome-ignore format: one probe per line
export const find: Scenario = {
  title: "Mango queries",
  probes: [
    { it: "need documents", send: `POST ${db}/_bulk_docs`, body: { docs: larvae }, gets: 201 },
    { it: "find equals", send: search, body: { selector: { kind: "queen" } }, gets: 200, like: { docs: [{ _id: "c", _rev: expect.any(String), kind: "queen", hp: 100 }], bookmark: expect.any(String) } },
    { it: "find everything but design documents", send: search, body: select({}), gets: 200, like: found("a", "b", "c", "d") },
    { it: "find greater values", send: search, body: select({ hp: { $gt: 5 } }), gets: 200, like: found("b", "c") },
    { it: "find values in a range", send: search, body: select({ hp: { $gte: 5, $lt: 100 } }), gets: 200, like: found("a", "b") },
    { it: "find other values if the field exists", send: search, body: select({ hp: { $ne: 5 } }), gets: 200, like: found("b", "c") },
    { it: "find one of several values", send: search, body: select({ hp: { $in: [5, 100] } }), gets: 200, like: found("a", "c") },
    { it: "find none of several values if the field exists", send: search, body: select({ hp: { $nin: [5] } }), gets: 200, like: found("b", "c") },
    { it: "find documents with a field", send: search, body: select({ of: { $exists: true } }), gets: 200, like: found("a", "b", "c") },
    { it: "find documents without a field", send: search, body: select({ hp: { $exists: false } }), gets: 200, like: found("d") },
    { it: "find ids after null", send: search, body: select({ _id: { $gt: null } }), gets: 200, like: found("a", "b", "c", "d") },
    { it: "find none before null", send: search, body: select({ $or: [{ kind: "egg" }, { _id: { $lt: null } }] }), gets: 200, like: found("d") },
    { it: "find types", send: search, body: select({ of: { $type: "null" } }), gets: 200, like: found("c") },
    { it: "find patterns", send: search, body: select({ kind: { $regex: "^(q|e)" } }), gets: 200, like: found("d", "c") },
    { it: "find prefixes", send: search, body: select({ kind: { $beginsWith: "dr" } }), gets: 200, like: found("a", "b") },
    { it: "find remainders", send: search, body: select({ hp: { $mod: [5, 0] } }), gets: 200, like: found("a", "c") },
    { it: "find sizes", send: search, body: select({ tags: { $size: 0 } }), gets: 200, like: found("b") },
    { it: "find an element in lists", send: search, body: select({ tags: { $elemMatch: { $eq: "x" } } }), gets: 200, like: found("a") },
    { it: "find all elements in lists", send: search, body: select({ tags: { $all: ["y", "x"] } }), gets: 200, like: found("a") },
    { it: "find nested fields", send: search, body: select({ of: { hive: 2 } }), gets: 200, like: found("b") },
    { it: "find fields by path", send: search, body: select({ "of.hive": 1 }), gets: 200, like: found("a") },
    { it: "find either", send: search, body: select({ $or: [{ kind: "egg" }, { hp: 5 }] }), gets: 200, like: found("a", "d") },
    { it: "find neither", send: search, body: select({ $nor: [{ hp: 5 }, { hp: 7 }] }), gets: 200, like: found("c") },
    { it: "find everything with an empty `$or`", send: search, body: select({ $or: [] }), gets: 200, exactly: { docs: [] } },
    { it: "find with `$not`", send: search, body: select({ hp: { $not: { $gt: 5 } } }), gets: 200, like: found("a") },
    { it: "find by id", send: search, body: select({ _id: { $gt: "b" } }), gets: 200, like: found("c", "d") },
    { it: "show only the requested fields", send: search, body: { selector: { _id: "a" }, fields: ["kind", "of.hive", "none"] }, gets: 200, like: { docs: [{ kind: "drone", of: { hive: 1 } }] } },
    { it: "sort with an index", send: search, body: select({ hp: { $gt: 0 } }, { sort: [{ hp: "desc" }] }), gets: 200, like: found("c", "b", "a") },
    { it: "do not sort without an index", send: search, body: select({ tags: { $exists: true } }, { sort: ["tags"] }), gets: 400, exactly: { error: "no_usable_index", reason: "No index exists for this sort, try indexing by the sort fields." } },
    { it: "sort by id if the selector is about ids", send: search, body: select({ _id: { $gt: "b" } }, { sort: [{ _id: "desc" }] }), gets: 200, like: found("d", "c") },
    { it: "do not sort by id otherwise", send: search, body: select({ "of.hive": 1 }, { sort: ["_id"] }), gets: 400, like: { error: "no_usable_index" } },
    { it: "warn without an index", send: search, body: select({ "of.hive": 1 }), gets: 200, like: { warning: expect.stringContaining("No matching index found") } },
    { it: "skip and limit", send: search, body: select({}, { skip: 1, limit: 2 }), gets: 200, like: found("b", "c") },
    { it: "show execution statistics", send: search, body: select({}, { execution_stats: true }), gets: 200, like: { execution_stats: { results_returned: 4 } } },
    { it: "find nothing", send: search, body: select({ kind: "overlord" }), gets: 200, like: { docs: [], bookmark: "nil" } },
    { it: "are explained", send: `POST ${db}/_explain`, body: { selector: { hp: 5 } }, gets: 200, like: { dbname: "ct-mango", index: { ddoc: "_design/kinds" }, selector: { hp: { $eq: 5 } }, limit: 25 } },
    { it: "need a selector", send: search, body: {}, gets: 400, exactly: { error: "missing_required_key", reason: "Missing required key: selector" } },
    { it: "need a selector that is an object", send: search, body: { selector: 5 }, gets: 400, like: { error: "invalid_selector_json" } },
    { it: "refuse unknown operators", send: search, body: { selector: { a: { $nope: 1 } } }, gets: 400, exactly: { error: "invalid_operator", reason: "Invalid operator: $nope" } },
    { it: "refuse bad arguments", send: search, body: { selector: { a: { $in: 5 } } }, gets: 400, like: { error: "bad_arg" } },
    { it: "refuse unknown keys", send: search, body: { selector: {}, nosuch: 1 }, gets: 400, like: { error: "invalid_key" } },
    { it: "refuse a made-up bookmark", send: search, body: { selector: {}, bookmark: "x" }, gets: 400, like: { error: "invalid_bookmark" } },
    { it: "refuse a limit that is not a number", send: search, body: { selector: {}, limit: "x" }, gets: 400, like: { error: "invalid_non_neg_integer" } },
    { it: "must be sent with POST", send: `GET ${db}/_find`, gets: 405, like: notAllowed("POST") },
    { it: "need JSON", send: search, raw: "{", gets: 400, like: badRequest("invalid UTF-8 JSON") },
    { it: "need a login", send: search, as: nobody, body: { selector: {} }, gets: 401 },
    { it: "need a database", send: "POST /ct-none/_find", body: { selector: {} }, gets: 404, like: noDatabase },
  ],
};
