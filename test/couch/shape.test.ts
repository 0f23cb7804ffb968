import { expect, test } from "vitest";
import { isShapely } from "../../src/couch/shape.js";

const nodes = { all_nodes: ["a"], cluster_nodes: ["a"] };

test.each<[string, string, unknown, boolean]>([
  ["POST", "/_dbs_info", [{ key: "a", error: "not_found" }], true],
  ["POST", "/_dbs_info", { key: "a" }, false],
  ["GET", "/_all_dbs?limit=1", ["a"], true],
  ["GET", "/_all_dbs", [7], false],
  ["GET", "/_membership", nodes, true],
  ["GET", "/_membership", { ...nodes, cluster_nodes: "a" }, false],
  ["GET", "/_session", { userCtx: { name: null, roles: [] } }, true],
  ["GET", "/_session", {}, true],
  ["GET", "/_session", { userCtx: { name: "a", roles: { b: 1 } } }, false],
  ["GET", "/_node/_local/_config/log", { level: "info" }, true],
  ["GET", "/_node/_local/_config/log", { level: {} }, false],
  ["GET", "/_config/log", [7], false],
  ["GET", "/_config/log/level", "info", true],
  ["POST", "/a/_all_docs?include_docs=true", { total_rows: 0, rows: [] }, true],
  ["POST", "/a/_all_docs", { rows: [null] }, false],
  ["POST", "/a/_all_docs", { rows: [{ key: "b", error: "not_found" }] }, true],
  ["GET", "/a/_design_docs", { rows: {} }, false],
  ["GET", "/a/_design_docs", { rows: [{ id: "_design/b", key: "_design/b", value: {} }] }, true],
  ["GET", "/a/_design_docs?include_docs=true", { rows: [{ id: "_design/b", key: "_design/b", value: {} }] }, false],
  ["GET", "/a/_design_docs?include_docs=true", { rows: [{ id: "b", doc: { _id: "b", _rev: "1-a" } }] }, true],
  ["GET", "/a/_design/b/_view/c?limit=0", { rows: [{ key: null, value: 7 }] }, true],
  ["GET", "/a/_changes", { results: [] }, true],
  ["GET", "/a/_changes", {}, false],
  ["POST", "/a/_find", { docs: [null] }, false],
  ["POST", "/a/_bulk_get?revs=true", { results: [{ id: "a", docs: [{ ok: {} }, { error: {} }] }] }, true],
  ["POST", "/a/_bulk_get", { results: [{ id: "a" }] }, false],
  ["POST", "/a/_bulk_get", { results: [{ id: "a", docs: [null] }] }, false],
  ["POST", "/a/_explain", { index: null }, false],
  ["GET", "/a/_index", { indexes: [] }, true],
  // Its answer says what it did.
  ["POST", "/a/_index", { result: "created" }, true],
  ["POST", "/a/_bulk_docs", [], true],
  ["POST", "/a/_bulk_docs", "done", false],
  ["GET", "/a/_revs_limit", 1000, true],
  ["GET", "/a/b", null, false],
  // A document whose id looks like an endpoint.
  ["GET", "/a/_design/_find", {}, true],
])("%s %s: %j", (method, target, body, expected) => {
  expect(isShapely(method, target, body)).toBe(expected);
});
