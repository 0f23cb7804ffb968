/** What rules of steps and sets find, and what they leave alone. */
import { expect, test } from "vitest";
import type { LintOptions } from "../../src/contract/options.js";
import { findingsIn } from "./examples.js";

const database = (name: string) => `- id: ${name.replace("*", "x")}\n  ensureDatabase: { name: ${name} }\n`;
const security = (name: string, more = "members: { roles: [zerg] }") =>
  `- id: security-${name.replace("*", "x")}\n  ensureSecurity: { database: "${name}", ${more} }\n`;
const index = (name: string, fields: string, more = "") =>
  `- id: ${name}\n  ensureIndexes: { database: db, indexes: { ${name}: { index: { fields: [${fields}]${more} } } } }\n`;
const view = (id: string, db: string, doc: string, map: string, more = "") =>
  `- id: ${id}\n  ensureDesignDocs: { database: "${db}", docs: { ${doc}: { views: { ${id}: { map: "${map}"${more} } } } } }\n`;
const owner = "function (doc) { if (doc.owner) emit(doc.owner); }";

type Case = [title: string, yaml: string, rules: string[], options?: LintOptions];

const cases: Case[] = [
  ["a step before the one that creates its database", security("db") + database("db"), ["created-later"]],
  ["a step after it", database("db") + security("db"), []],
  ["a database that no step creates", security("db"), []],
  [
    "a removal before the database is created",
    `- id: r\n  removeIndexes: { database: db, indexes: [a] }\n${database("db")}`,
    [],
  ],
  ["a name with a variable", security("${NAME}").replace("security-${NAME}", "security") + database("db"), []],
  ["no members", security("db", "admins: { roles: [overmind] }"), ["open-database"]],
  ["no members, added to those that are there", security("db", "mode: merge, admins: { roles: [overmind] }"), []],
  ["a new database", database("db"), []],
  ["a new database before 3.0", database("db"), ["open-database"], { couchdb: "2.3" }],
  ["one that a pattern closes", database("tenant-a") + security("tenant-*"), [], { couchdb: "2.3" }],
  ["a system database", database("_users").replace("id: _users", "id: users"), [], { couchdb: "2.3" }],
  ["two equal indexes", index("a", "owner") + index("b", "owner"), ["duplicate-index"]],
  ["two indexes that differ in direction", index("a", "owner") + index("b", "owner: desc"), ["duplicate-index"]],
  ["two indexes in another order", index("a", "owner, age") + index("b", "age, owner"), []],
  ["an index and a longer one", index("a", "owner") + index("b", "owner, age"), []],
  [
    "an index and a partial one",
    index("a", "owner") + index("b", "owner", ", partial_filter_selector: { type: x }"),
    [],
  ],
  [
    "the same map in two design documents",
    view("v", "db", "a", owner) + view("w", "db", "b", owner, ", reduce: _count"),
    ["duplicate-view"],
  ],
  ["the same map in two databases", view("v", "db", "a", owner) + view("w", "other", "b", owner), []],
  [
    "the same map with other options",
    view("v", "db", "a", owner) + view("w", "db", "b", owner, ", options: { x: 1 }"),
    [],
  ],
  [
    "the same map with other white space in one design document",
    `- id: v\n  ensureDesignDocs: { database: db, docs: { a: { views: { v: { map: "${owner}" }, w: { map: "${owner} ", reduce: _count } } } } }\n`,
    ["duplicate-view"],
  ],
  [
    "the same text in one design document",
    `- id: v\n  ensureDesignDocs: { database: db, docs: { a: { views: { v: { map: "${owner}" }, w: { map: "${owner}", reduce: _count } } } } }\n`,
    [],
  ],
  [
    "update functions",
    `- id: u\n  ensureDesignDocs: { database: db, docs: { a: { updates: { u: "function (doc) { return [doc, '']; }" } } } }\n`,
    [],
  ],
  [
    "empty fields of an export",
    `- id: u\n  ensureDesignDocs: { database: db, docs: { a: { shows: {}, lists: {} } } }\n`,
    [],
  ],
  [
    "a pattern in place",
    view("v", "tenant-*", "a", owner).replace(", docs:", ", deploy: inPlace, docs:"),
    ["in-place-pattern"],
  ],
  ["one database in place", view("v", "db", "a", owner).replace(", docs:", ", deploy: inPlace, docs:"), []],
  [
    "credentials in a URL",
    "- id: r\n  ensureReplication: { id: r, source: 'http://a:b@host/db', target: 'http://host/e' }\n",
    ["plain-secret"],
  ],
];

test.each<Case>(cases)("%s", async (_title, yaml, rules, options) => {
  const text = yaml.replaceAll("owner: desc", "{ owner: desc }");
  expect([...new Set((await findingsIn(text, options)).map(({ rule }) => rule))]).toEqual(rules);
});

test("a secret is not in its finding", async () => {
  const yaml = "- id: kerrigan\n  ensureUser: { name: kerrigan, password: queen-of-blades }\n";
  const findings = await findingsIn(yaml);
  expect(findings).toMatchObject([{ rule: "plain-secret", line: 2, column: 43 }]);
  expect(JSON.stringify(findings)).not.toContain("queen-of-blades");
});

test("with a policy that refuses open databases, one is an error", async () => {
  const yaml = security("db", "admins: { roles: [overmind] }");
  expect(await findingsIn(yaml, { policies: { "open-databases": { action: "warn" } } })).toMatchObject([
    { severity: "warning" },
  ]);
  expect(await findingsIn(yaml, { policies: { "open-databases": { action: "refuse" } } })).toMatchObject([
    { severity: "error" },
  ]);
});

test("deprecated fields of a design document are one note", async () => {
  const doc = `{ shows: { s: "function () {}" }, lists: { l: "function () {}" } }`;
  const findings = await findingsIn(`- id: d\n  ensureDesignDocs: { database: db, docs: { a: ${doc} } }\n`);
  expect(findings).toMatchObject([{ severity: "note", message: expect.stringMatching(/^`lists`, `shows`: /) }]);
});
