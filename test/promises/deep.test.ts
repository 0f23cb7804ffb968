/** A document that is nested too deeply to recurse over is a failure only of the step that reads it. */
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type ApplyOptions, apply, importServer, loadMigrations, plan, status } from "../../src/index.js";
import { maxNesting } from "../../src/text/depth.js";
import { freshDatabase, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

/** As deep as CouchDB accepts. */
const levels = 50_000;
const nestedBy = (count: number) => `${"[".repeat(count)}1${"]".repeat(count)}`;
const nested = nestedBy(levels);
const mark = '"DEEP"';

let sound: string;
let sick: string;
let options: ApplyOptions;

beforeEach(async () => {
  [sound, sick] = [await freshDatabase("sound"), await freshDatabase("sick")];
  const proxy = await startProxy(server().url);
  onTestFinished(() => proxy.close());
  // The embedded server does not accept such a document: there, a proxy creates it on the way.
  proxy.faultWhen(() => true, { receives: (text) => text.replaceAll(mark, nested) }, Infinity);
  const { name, password } = server().admin;
  const connection = { url: proxy.url, username: name, password };
  options = { allowDestroy: true, connection, ledgerDatabase: await freshDatabase("ledger"), wait: 5_000 };
});

/** Stores it with the value `DEEP` nested deeply. */
async function store(method: string, path: string, body: object): Promise<void> {
  const { url, admin, kind } = server();
  const json = JSON.stringify(body);
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Basic ${btoa(`${admin.name}:${admin.password}`)}`,
      "content-type": "application/json",
    },
    body: kind === "embedded" ? json : json.replaceAll(mark, nested),
  });
  expect(response.status, await response.text()).toBeLessThan(300);
}

const migrationsOf = async (yaml: string) => loadMigrations(await tempFolder({ "001.yaml": yaml }), { env: {} });

const places: [kind: string, spec: string, method: string, path: string, body: object, says: RegExp][] = [
  [
    "ensureSecurity",
    "members: { roles: [zerg] }",
    "PUT",
    "_security",
    { x: "DEEP" },
    /_security: the answer is nested/,
  ],
  [
    "ensureDesignDocs",
    "docs: { brood: { views: { all: { map: 'function (doc) { emit(1); }' } } } }",
    "PUT",
    "_design/brood",
    { x: "DEEP" },
    /document _design\/brood is nested/,
  ],
  [
    "ensureIndexes",
    "indexes: { by-legs: { index: { fields: [legs] } } }",
    "POST",
    "_index",
    { ddoc: "other", index: { fields: ["a"], partial_filter_selector: { a: { $eq: "DEEP" } } } },
    /is nested more than 500/,
  ],
  [
    "ensureIndexes",
    "indexes: { by-legs: { index: { fields: [legs] } } }",
    "PUT",
    "_design/mango-by-legs",
    { language: "query", views: {}, x: "DEEP" },
    /document _design\/mango-by-legs is nested/,
  ],
  [
    "ensureDocuments",
    "mode: overwrite, docs: [{ _id: abathur, legs: 6 }]",
    "PUT",
    "abathur",
    { x: "DEEP" },
    /document abathur is nested/,
  ],
  ["transformDocuments", "set: { /legs: 6 }", "PUT", "abathur", { x: "DEEP" }, /document abathur is nested/],
  [
    "transformDocuments",
    "selector: { legs: 4 }, set: { /legs: 6 }",
    "PUT",
    "abathur",
    { legs: 4, x: "DEEP" },
    /document abathur is nested/,
  ],
];

describe.each(places)("%s %s with %s %s", (kind, spec, method, path, body, says) => {
  const stored = JSON.stringify(body);
  const migrations = () => migrationsOf(`- id: one\n  ${kind}: { database: [${sound}, ${sick}], ${spec} }\n`);
  beforeEach(async () => {
    await must(server(), "PUT", `/${sound}/zergling`, { body: { legs: 4 } });
    await store(method, `/${sick}/${path}`, body);
  });

  it("plan reports that database, and plans the other", async () => {
    const { steps } = await plan(await migrations(), options);
    const databases = steps[0]?.databases ?? {};
    expect(databases[sick]).toMatchObject({ action: "refused" });
    expect(databases[sound]?.action).toMatch(/^(?:create|update|adopt)$/);
    expect(steps[0]?.notes).toContainEqual(expect.stringMatching(says));
    await expect(status(await migrations(), options)).resolves.toBeDefined();
  });

  it("at the allowed depth, it is read like any other", async () => {
    const body = JSON.parse(stored.replaceAll(mark, nestedBy(maxNesting - 20)));
    const other = await freshDatabase("limit");
    await must(server(), method, `/${other}/${path}`, { body });
    const yaml = `- id: one\n  ${kind}: { database: ${other}, ${spec} }\n`;
    expect((await plan(await migrationsOf(yaml), options)).steps).not.toMatchObject([{ action: "refused" }]);
    expect((await apply(await migrationsOf(yaml), options)).failures).toEqual([]);
  });

  it("apply fails for that database, and applies the other", async () => {
    const { failures } = await apply(await migrations(), options);
    const message = expect.stringMatching(says);
    const expected = [expect.objectContaining({ id: "one", database: sick, code: "request-failed", message })];
    expect(failures).toEqual(expected);
    const verified = await apply(await migrations(), { ...options, verify: true });
    expect(verified.failures).toEqual(expected);
    const { steps } = await plan(await migrations(), options);
    expect(steps[0]?.databases?.[sound]?.action ?? "none").toBe("none");
  });
});

/** What the step does not need to read. */
const unread: [kind: string, spec: string, path: string][] = [
  ["ensureDesignDocs", "docs: { brood: { views: { all: { map: 'function (doc) { emit(1); }' } } } }", "_design/other"],
  ["ensureIndexes", "indexes: { by-legs: { index: { fields: [legs] } } }", "_design/other"],
  ["removeIndexes", "indexes: [by-wings], allowDestroy: true", "_design/other"],
  ["removeDesignDocs", "names: [other, third]", "_design/other"],
  ["removeDocuments", "ids: [abathur, zergling]", "abathur"],
];
describe.each(unread)("%s %s with %s", (kind, spec, path) => {
  const migrations = () => migrationsOf(`- id: one\n  ${kind}: { database: ${sick}, ${spec} }\n`);
  beforeEach(async () => {
    await must(server(), "PUT", `/${sick}/zergling`, { body: { legs: 4 } });
    await must(server(), "PUT", `/${sick}/_design/third`, { body: { views: {} } });
    await must(server(), "POST", `/${sick}/_index`, {
      body: { ddoc: "mango-by-wings", name: "by-wings", index: { fields: ["wings"] } },
    });
    await store("PUT", `/${sick}/${path}`, { x: "DEEP" });
  });

  it("is planned and applied, and then there is nothing to do", async () => {
    const { steps } = await plan(await migrations(), options);
    expect(steps).toMatchObject([{ action: expect.stringMatching(/^(?:create|remove)$/), state: "pending" }]);
    expect(await apply(await migrations(), options)).toMatchObject({ applied: ["one"], failures: [] });
    const again = await plan(await migrations(), { ...options, verify: true });
    expect(again.steps).toMatchObject([{ action: "none", state: "applied" }]);
  });
});

it("a document that is nested too deeply to be shown can be removed, and the others are shown", async () => {
  await store("PUT", `/${sick}/abathur`, { x: "DEEP" });
  await must(server(), "PUT", `/${sick}/zergling`, { body: { legs: 4 } });
  const yaml = `- id: one\n  removeDocuments: { database: ${sick}, ids: [abathur, zergling] }\n`;
  const { steps } = await plan(await migrationsOf(yaml), options);
  expect(steps[0]?.changes).toEqual([
    { path: "/ids/abathur", before: "(nested too deeply to be shown)", after: null },
    { path: "/ids/zergling", before: { legs: 4 }, after: null },
  ]);
  await apply(await migrationsOf(yaml), options);
  expect((await must(server(), "GET", `/${sick}/_all_docs`)).rows).toEqual([]);
});

const advised: [kind: string, spec: string, path: string, next: RegExp][] = [
  ["ensureSecurity", "members: { roles: [zerg] }", "_security", /^Write `_security` of this database again/],
  ["transformDocuments", "set: { /legs: 6 }", "abathur", /exclude it with the step's `selector`/],
  [
    "ensureDocuments",
    "mode: overwrite, docs: [{ _id: abathur }]",
    "abathur",
    /^Reduce the nesting or remove the object/,
  ],
];
it.each(advised)("%s says what to do", async (kind, spec, path, next) => {
  await store("PUT", `/${sick}/${path}`, { x: "DEEP" });
  const yaml = `- id: one\n  ${kind}: { database: ${sick}, ${spec} }\n`;
  const { failures } = await apply(await migrationsOf(yaml), options);
  expect(failures).toMatchObject([{ next: expect.stringMatching(next) }]);
});

it("a message about a deep ledger does not suggest removing it", async () => {
  const yaml = `- id: one\n  ensureDatabase: { name: ${sound} }\n`;
  await store("PUT", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`, { x: "DEEP" });
  const next = expect.stringContaining("restore it from a backup");
  await expect(apply(await migrationsOf(yaml), options)).rejects.toMatchObject({ next });
});

it("a selector keeps a transformation away from it", async () => {
  await store("PUT", `/${sick}/abathur`, { x: "DEEP" });
  const spec = `database: ${sick}, selector: { _id: { $ne: abathur } }, set: { /legs: 6 }`;
  const { failures, applied } = await apply(
    await migrationsOf(`- id: one\n  transformDocuments: { ${spec} }\n`),
    options,
  );
  expect([failures, applied]).toEqual([[], ["one"]]);
});

const serverWide: [kind: string, spec: (name: string) => string, database: string, body: (name: string) => object][] = [
  [
    "ensureUser",
    (name) => `name: ${name}, password: x, roles: [zerg]`,
    "_users",
    (name) => ({ _id: `org.couchdb.user:${name}`, type: "user", name, roles: [], x: "DEEP" }),
  ],
  [
    "ensureReplication",
    (name) => `id: ${name}, source: "http://127.0.0.1:1/a", target: "http://127.0.0.1:1/c"`,
    "_replicator",
    (name) => ({ _id: name, source: "http://127.0.0.1:1/a", target: "http://127.0.0.1:1/b", x: "DEEP" }),
  ],
];
describe.each(serverWide)("%s", (kind, spec, database, body) => {
  const name = uniqueName("deep");
  const migrations = () =>
    migrationsOf(`- id: one\n  ${kind}: { ${spec(name)} }\n- id: two\n  ensureSecurity: { database: ${sound} }\n`);
  beforeEach(async () => {
    const stored = body(name) as { _id: string };
    await store("PUT", `/${database}/${encodeURIComponent(stored._id)}`, stored);
    onTestFinished(async () => {
      const at = `/${database}/${encodeURIComponent(stored._id)}`;
      const { _rev } = await must(server(), "GET", at);
      await must(server(), "DELETE", `${at}?rev=${_rev}`);
    });
  });

  it("the plan has the other steps, and apply names the document", async () => {
    const { steps } = await plan(await migrations(), options);
    expect(steps).toMatchObject([
      { id: "one", action: "refused" },
      { id: "two", action: "update" },
    ]);
    const { failures } = await apply(await migrations(), options);
    const next = expect.stringMatching(
      kind === "ensureUser" ? /^Correct the document of this user/ : /^Reduce the nesting or remove/,
    );
    expect(failures).toMatchObject([{ id: "one", message: expect.stringContaining(name), next }]);
  });

  it("import leaves it out, says so, and writes the rest", async () => {
    await store("PUT", `/${sick}/_design/other`, { x: "DEEP" });
    await store("PUT", `/${sick}/_security`, { x: "DEEP" });
    await must(server(), "PUT", `/${sick}/_design/brood`, {
      body: { views: { all: { map: "function (doc) { emit(1); }" } } },
    });
    const out = await tempFolder({});
    const { leftOut } = await importServer({ ...options, out });
    const subjects = leftOut.map(({ subject }) => subject);
    expect(subjects).toContain(`document _design/other of ${sick}`);
    expect(subjects).toContain(`_security of ${sick}`);
    expect(subjects).toContainEqual(expect.stringMatching(new RegExp(`^document .*${name} of ${database}$`)));
    const { steps } = await loadMigrations(out, { env: {}, unset: "unknown" });
    expect(steps.map(({ id }) => id)).toContainEqual(expect.stringMatching(new RegExp(`^design-docs-${sick}`)));
  });
});

it.each([true, false])("a deep history of runs is a warning in status (with files: %s)", async (withFiles) => {
  const migrations = await migrationsOf(`- id: one\n  ensureDatabase: { name: ${sound} }\n`);
  await apply(migrations, options);
  const at = `/${options.ledgerDatabase}/history-default`;
  const { _rev } = await must(server(), "GET", at);
  await store("PUT", at, { _rev, runs: "DEEP" });
  const seen = await status(withFiles ? migrations : undefined, options);
  const message = expect.stringContaining("document history-default is nested more than 500 levels deep; remove that");
  expect(seen).toMatchObject({ steps: [{ id: "one", state: "applied" }], lease: null, runs: [] });
  expect(seen.warnings).toEqual([{ code: "history-unreadable", message }]);
  expect((await apply(migrations, options)).failures).toEqual([]);
});

it("a deep ledger of another set does not break the status of this one", async () => {
  const ledger = `/${options.ledgerDatabase}/_local/couchdb-migrate-${uniqueName("set")}`;
  const migrations = await migrationsOf(`- id: one\n  ensureDatabase: { name: ${sound} }\n`);
  await apply(migrations, options);
  await store("PUT", ledger, { x: "DEEP" });
  expect((await status(migrations, options)).steps).toMatchObject([{ id: "one", state: "applied" }]);
});
