/** The small decisions: addresses, answers, paths that only read, permissions, versions, patterns. */
import { expect, test } from "vitest";
import { outcomeOf } from "../../src/couch/answer.js";
import { addressOf, credentialsOf } from "../../src/couch/connection.js";
import { patternTest } from "../../src/couch/pattern.js";
import { missingPermission, neededPermission } from "../../src/couch/permissions.js";
import { isReading } from "../../src/couch/reading.js";
import { shownTarget } from "../../src/couch/request-error.js";
import { isRevised } from "../../src/couch/revised.js";
import { isAtLeast } from "../../src/couch/version.js";

test.each([
  ["http://localhost:5984", "http://localhost:5984", "localhost", 5984, ""],
  ["http://localhost", "http://localhost", "localhost", 80, ""],
  ["https://couch.example", "https://couch.example", "couch.example", 443, ""],
  ["https://a:b@couch.example/couch/", "https://couch.example/couch", "couch.example", 443, "/couch"],
  ["http://[::1]:5984/", "http://[::1]:5984", "::1", 5984, ""],
])("address of %s", (given, url, host, port, prefix) => {
  expect(addressOf({ url: given })).toMatchObject({ url, host, port, prefix });
});

test.each([
  ["ftp://localhost", "http://"],
  ["localhost:5984", "http://"],
  ["http://user:hunter2/x@host", "contains `/`: write `%2F`"],
  ["http://user:hunter2#x@host", "contains `#`: write `%23`"],
  ["http://user:12#hunter2@host:5984", "contains `#`: write `%23`"],
  ["http://user:hunter2?x@host", "contains `?`: write `%3F`"],
  ["http://user:hunter2\\x@host", "contains `\\`: write `%5C`"],
  ["http://localhost:5984/_utils/#database/hunter2", "Fauxton"],
  ["http://localhost/?a=1", "must not contain `?`"],
])("not an address: %s", (url, message) => {
  expect(() => addressOf({ url })).toThrow(message);
  expect(() => addressOf({ url })).not.toThrow("hunter2");
});

test("an address that is missing, as from a variable that is not set", () => {
  const connection = { url: process.env.COUCHDB_MIGRATE_NEVER_SET } as never;
  expect(() => addressOf(connection)).toThrow(
    expect.objectContaining({ code: "invalid-settings", message: expect.stringContaining("`url` is not set") }),
  );
});

test.each([
  [{ url: "http://h" }, undefined],
  [{ url: "http://a%40b:p%2Fq%25@h" }, { name: "a@b", password: "p/q%" }],
  [{ url: "http://a:p@q:r@h" }, { name: "a", password: "p@q:r" }],
  [
    { url: "http://a:b@h", username: "c", password: "d" },
    { name: "a", password: "b" },
  ],
  [
    { url: "http://a@h", password: "d" },
    { name: "a", password: "d" },
  ],
  [
    { url: "http://h", username: "c", password: " a✓ " },
    { name: "c", password: " a✓ " },
  ],
])("credentials of %j", (connection, credentials) => {
  expect(credentialsOf(connection)).toEqual(credentials);
});

test.each([
  [{ url: "http://h", username: "c" }, "no password"],
  [{ url: "http://h", password: "c" }, "no user name"],
  [{ url: "http://h", username: "a:b", password: "c" }, "colon"],
])("not credentials: %j", (connection, message) => {
  expect(() => credentialsOf(connection)).toThrow(message);
});

test.each([
  ["GET", "/db", true],
  ["HEAD", "/db/doc", true],
  ["POST", "/_dbs_info", true],
  ["POST", "/db/_find", true],
  ["POST", "/db/_all_docs", true],
  ["POST", "/db/_all_docs/queries", true],
  ["POST", "/db/_design/x/_view/y", true],
  ["POST", "/db/_changes", true],
  ["POST", "/db/_bulk_docs", false],
  ["POST", "/db/_design/x/_update/y", false],
  ["POST", "/db/_compact", false],
  ["POST", "/db/_index", false],
  ["POST", "/db", false],
  ["POST", "/_replicate", false],
  ["POST", "/_session", false],
  ["PUT", "/db/_find", false],
  ["DELETE", "/db", false],
  ["COPY", "/db/doc", false],
])("%s %s only reads: %s", (method, path, reads) => {
  expect(isReading(method, path)).toBe(reads);
});

test.each([
  ["/db/doc", true],
  ["/a%2Fb/c%2Fd", true],
  ["/db/_design/x", true],
  ["/db/_bulk_docs", true],
  ["/_users/org.couchdb.user%3Aa", true],
  ["/_replicator/link", true],
  ["/db", false],
  ["/_users", false],
  ["/db/_local/x", false],
  ["/db/_security", false],
  ["/db/_revs_limit", false],
  ["/db/_index", false],
  ["/db/_index/x/json/y", false],
  ["/db/_view_cleanup", false],
  ["/_node/a%40b/_config/admins/c", false],
  ["/_node/a", false],
  ["/_config/admins", false],
  ["/_config/admins/c", false],
  ["/_cluster_setup", false],
])("a revision guards a write to %s: %s", (path, revised) => {
  expect(isRevised(path)).toBe(revised);
});

const json = { "content-type": "application/json" };
const html = { "content-type": "text/html" };
test.each([
  ["a body", 200, json, '{"a":1}', { status: 200, body: { a: 1 } }],
  ["an error", 409, json, '{"error":"conflict","reason":"r"}', { status: 409, error: "conflict", reason: "r" }],
  ["a login page", 200, html, "<html>", { failure: "html" }],
  ["a login page without a type", 200, {}, "<!DOCTYPE html>", { failure: "html" }],
  ["half a body", 200, json, '{"a":', { failure: "no-json" }],
  ["an empty body", 201, json, "", { failure: "no-json" }],
  [
    "a redirect",
    302,
    { location: "https://u:p@sso.example/login?token=x" },
    "",
    { failure: "redirect", location: "https://u:p@sso.example/login?token=x" },
  ],
  ["a redirect to another path", 301, { location: "/couch/_up?a=1" }, "", { failure: "moved" }],
  ["a proxy's 404", 404, html, "<h1>404</h1>", { failure: "not-couchdb" }],
  ["a proxy's empty 404", 404, {}, "", { failure: "not-couchdb" }],
  ["CouchDB's 404", 404, json, '{"error":"not_found","reason":"missing"}', { status: 404, error: "not_found" }],
  [
    "_up in maintenance",
    404,
    json,
    '{"status":"maintenance_mode"}',
    { status: 404, body: { status: "maintenance_mode" } },
  ],
  ["a proxy's 502", 502, html, "<h1>502</h1>", { status: 502, foreign: "an HTML page" }],
  ["a proxy's 413", 413, html, "<h1>413</h1>", { status: 413, foreign: "an HTML page", body: { error: "too_large" } }],
  ["a proxy's 401", 401, { ...html, server: "nginx" }, "<h1>401</h1>", { foreign: "an HTML page from nginx" }],
  ["a proxy's text", 403, {}, "RBAC: access denied", { foreign: "a text" }],
  ["a gateway's JSON", 403, json, '{"message":"Forbidden"}', { foreign: "other JSON" }],
  ["JSON of a web framework", 500, json, '{"status":500,"error":"Oops","path":"/"}', { foreign: "other JSON" }],
  ["an empty 503", 503, {}, "", { foreign: "an empty body" }],
  [
    "plain HTTP on a TLS port of nginx",
    400,
    html,
    "The plain HTTP request was sent to HTTPS port",
    { failure: "scheme" },
  ],
  ["CouchDB's crash", 500, {}, "", { status: 500 }],
  [
    "_bulk_docs that stored nothing",
    500,
    json,
    '[{"id":"a","error":"error","reason":"internal_server_error"}]',
    { status: 500, error: "error", reason: "internal_server_error" },
  ],
])("the outcome of %s", (_, status, headers, body, expected) => {
  const response = { status, headers: headers as Record<string, string>, body };
  expect(outcomeOf(response, "/_up?a=1")).toMatchObject(expected);
});

test.each([
  ["GET", "/_membership", "server admin"],
  ["POST", "/_dbs_info", "server admin"],
  ["PUT", "/zerglings", "server admin"],
  ["GET", "/zerglings", "member of zerglings"],
  ["GET", "/a%2Fb/_design/x", "member of a/b"],
  ["PUT", "/zerglings/_design/x?rev=1-a", "admin of zerglings"],
  ["PUT", "/zerglings/_security", "admin of zerglings"],
  ["PUT", "/zerglings/doc", "member of zerglings"],
  ["GET", "/_users/org.couchdb.user:x", "server admin"],
])("%s %s needs %s", (method, target, right) => {
  expect(neededPermission(method, target)).toBe(right);
});

test.each([
  ["/_all_dbs", "Run as a server admin."],
  ["/couchdb-migrate/lease-default", expect.stringContaining("--ledger-database")],
])("what to do if %s is refused", (target, next) => {
  const answer = { status: 403, headers: {}, body: {} } as never;
  expect(missingPermission("GET", target, undefined, answer)).toMatchObject({ next });
});

test.each([
  ["/db/doc", "/db/doc"],
  [
    "/db/_all_docs?limit=100&include_docs=true&startkey=%22me%40x%22",
    "/db/_all_docs?limit=100&include_docs=true&startkey=…",
  ],
  ["/db/doc?rev=1-a", "/db/doc?rev=…"],
])("%s is shown as %s", (target, shown) => {
  expect(shownTarget(target, (path) => path)).toBe(shown);
});

test("a secret in our own paths is masked, but not in the query, which holds no user data", () => {
  const own = (path: string) => path.replaceAll("true", "***");
  expect(shownTarget("/true/_all_docs?include_docs=true", own)).toBe("/***/_all_docs?include_docs=true");
});

test.each([
  ["3.5.0", "3.4", true],
  ["3.3.3", "3.4", false],
  ["3.10.0", "3.4", true],
  ["1.7.2", "2.0", false],
  ["2.0.0", "2.0", true],
  ["3.4.2+cloudant.1", "3.4", true],
  ["nonsense", "2.0", false],
])("%s is at least %s: %s", (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});

test.each([
  ["tenant-*", "tenant-a", true],
  ["tenant-*", "tenant-", true],
  ["tenant-*", "xtenant-a", false],
  ["*-logs", "a-logs", true],
  ["a*b*c", "a1b2c", true],
  ["a.c", "abc", false],
  ["*", "_users", false],
  ["_*", "_users", false],
  ["tenants", "tenants", true],
  ["tenants", "tenants-a", false],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["*b*a", "ab", false],
  ["**a**", "bab", true],
  ["*ab", "aab", true],
  ["a*bc*bc", "abc", false],
  // With a regular expression, this one would take longer than the age of the universe.
  [`${"*a".repeat(40)}*b`, "a".repeat(230), false],
])("%s matches %s: %s", (pattern, name, expected) => {
  expect(patternTest(pattern)(name)).toBe(expected);
});
