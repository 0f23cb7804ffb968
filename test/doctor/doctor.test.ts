/** The report for every kind of server and login. */
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { apply, type Check, type Diagnosis, type DoctorOptions, doctor, loadMigrations } from "../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must, request } from "../support/request.js";
import { server, startEmbedded } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const { url, admin } = server();
const asAdmin = { connection: { url, username: admin.name, password: admin.password }, env: {} };

const statuses = ({ checks }: Diagnosis) => Object.fromEntries(checks.map(({ name, status }) => [name, status]));
const find = ({ checks }: Diagnosis, name: string): Check => {
  const check = checks.find((one) => one.name === name);
  if (!check) throw new Error(`no check ${name}`);
  return check;
};
const factsOf = (diagnosis: Diagnosis, name: string) => find(diagnosis, name).facts;
/** The names of the checks with this status. */
const those = (status: Check["status"], { checks }: Diagnosis) =>
  checks.filter((check) => check.status === status).map(({ name }) => name);

/** Before 3.2, CouchDB does not report its JavaScript engine. */
const tellsEngine = server().kind !== "embedded" && server().isFrom("3.2");
const local = ["tool", "process-limits", "migration-files"];
const ofAdmins = ["javascript-engine", "cluster", "server-limits", "tasks"];

const steps = (database: string) => `
- { id: made, ensureDatabase: { name: ${database} } }
- { id: docs, ensureDocuments: { database: ${database}, docs: [{ _id: a }] } }
- { id: views, ensureDesignDocs: { database: ${database}, docs: { a: { views: { a: { map: "function (doc) { emit(doc._id); }" } } } } } }
`;
const filesOf = async (database: string) => tempFolder({ "001.yaml": steps(database) });

/** Its password is `door`. */
async function newUser(): Promise<string> {
  const name = uniqueName("user");
  const id = `/_users/org.couchdb.user:${name}`;
  await must(server(), "PUT", id, { body: { name, password: "door", roles: [], type: "user" } });
  onTestFinished(async () => {
    await request(server(), "DELETE", `${id}?rev=${(await must(server(), "GET", id))._rev}`);
  });
  return name;
}

const asUser = (username: string, password = "door"): DoctorOptions => ({
  connection: { url, username, password },
  env: {},
});

async function adminOnly(database: string): Promise<void> {
  const admins = { names: [], roles: ["_admin"] };
  await must(server(), "PUT", `/${database}/_security`, { body: { admins, members: admins } });
}

test("a server admin sees everything, and what was applied", async () => {
  const ledgerDatabase = await freshDatabase("ledger");
  await adminOnly(ledgerDatabase);
  const path = await filesOf(databaseName("doctor"));
  const options = { ...asAdmin, path, ledgerDatabase };
  const before = await doctor(options);
  expect(before.result, JSON.stringify(before.checks)).toBe("ok");
  expect(those("skipped", before)).toEqual(tellsEngine ? [] : ["javascript-engine"]);
  expect(factsOf(before, "files-and-ledger")).toMatchObject({ pending: 3, applied: 0, standing: "newer" });
  await apply(await loadMigrations(path), options);
  const after = await doctor(options);
  expect(factsOf(after, "files-and-ledger")).toMatchObject({ pending: 0, applied: 3, standing: "current" });
  expect(factsOf(after, "ledger")).toMatchObject({ exists: true, steps: 3, formatVersion: 1, versions: 1 });
  expect(factsOf(after, "server")).toMatchObject({ version: server().version });
  expect(factsOf(after, "login")).toMatchObject({ user: admin.name, roles: ["_admin"], handler: "default" });
  expect(factsOf(after, "clock")).toEqual({ seconds: 0 });
});

test.each([
  ["403 as CouchDB does", 403, { error: "forbidden", reason: "not here" }],
  ["403 in its own words", 403, { message: "not here" }],
  ["404", 404, { error: "not_found", reason: "not here" }],
])("sends only reads, and continues if a proxy answers _node with %s", async (_title, status, body) => {
  const proxy = await startProxy(url);
  onTestFinished(() => proxy.close());
  proxy.faultWhen(({ path }) => path.startsWith("/_node"), { status, body }, 100);
  const ledgerDatabase = await freshDatabase("ledger");
  await adminOnly(ledgerDatabase);
  const connection = { ...asAdmin.connection, url: proxy.url };
  const diagnosis = await doctor({ connection, env: {}, path: await filesOf(uniqueName("missing")), ledgerDatabase });
  expect(proxy.writes()).toEqual([]);
  expect(proxy.requests.length).toBeGreaterThan(8);
  expect(those("warning", diagnosis)).toEqual([]);
  expect(those("skipped", diagnosis)).toEqual(expect.arrayContaining(["javascript-engine", "server-limits"]));
  expect(find(diagnosis, "server-limits").detail).toContain("/_node/_local/_config");
  expect(those("problem", diagnosis)).toEqual([]);
});

test("a user without permissions gets the other checks, and what each command would lack", async () => {
  const database = await freshDatabase("doctor");
  await adminOnly(database);
  const ledgerDatabase = await freshDatabase("ledger");
  await adminOnly(ledgerDatabase);
  const path = await filesOf(database);
  const diagnosis = await doctor({ ...asUser(await newUser()), path, ledgerDatabase });
  expect(diagnosis.result).toBe("warning");
  expect(those("skipped", diagnosis)).toEqual(expect.arrayContaining([...ofAdmins, "ledger", "lease"]));
  expect(find(diagnosis, "permissions").lines).toEqual(
    expect.arrayContaining([
      `status: a member of ${ledgerDatabase}, for the ledger`,
      `plan: a member of ${database}, for ensureDocuments (step docs)`,
      `apply: an admin of ${database}, for ensureDesignDocs (step views)`,
      "import: a server admin",
    ]),
  );
});

test("a database admin who may write the ledger lacks nothing but import", async () => {
  const name = await newUser();
  const database = await freshDatabase("doctor");
  const ledgerDatabase = await freshDatabase("ledger");
  const named = { names: [name], roles: ["_admin"] };
  for (const one of [database, ledgerDatabase])
    await must(server(), "PUT", `/${one}/_security`, { body: { admins: named, members: named } });
  const diagnosis = await doctor({ ...asUser(name), path: await filesOf(database), ledgerDatabase });
  expect(find(diagnosis, "permissions")).toMatchObject({ status: "ok" });
  expect(those("skipped", diagnosis)).toEqual(ofAdmins);
  expect(diagnosis.result).toBe("ok");
});

test("wrong credentials are tried once, and the server is still described", async () => {
  const proxy = await startProxy(url);
  onTestFinished(() => proxy.close());
  const name = await newUser();
  const diagnosis = await doctor({ connection: { url: proxy.url, username: name, password: "window" }, env: {} });
  expect(find(diagnosis, "login")).toMatchObject({ status: "problem", code: "unauthorized" });
  expect(statuses(diagnosis)).toMatchObject({ connection: "ok", server: "ok", clock: "ok", ledger: "skipped" });
  expect(proxy.requests.filter(({ status }) => status === 401)).toHaveLength(1);
});

test("missing credentials are a problem with the login", async () => {
  const diagnosis = await doctor({ connection: { url }, env: {} });
  expect(find(diagnosis, "login")).toMatchObject({ status: "problem", code: "unauthorized" });
  expect(statuses(diagnosis)).toMatchObject({ server: "ok", permissions: "skipped" });
});

test("admin party is a warning", async () => {
  const party = await startEmbedded({ admins: {} });
  onTestFinished(() => party.close());
  const credentials = { username: "overmind", password: "cerebrate" };
  for (const login of [{}, credentials]) {
    const diagnosis = await doctor({ connection: { url: party.url, ...login }, env: {} });
    expect(find(diagnosis, "login")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("admin party"),
    });
    expect(find(diagnosis, "permissions")).toMatchObject({ status: "ok" });
  }
});

test.each([
  ["nothing listens", "http://127.0.0.1:1", "unreachable"],
  ["the URL is invalid", "nonsense", "invalid-settings"],
])("if %s, all local checks are reported", async (_title, address, code) => {
  const path = await filesOf("zerglings");
  const diagnosis = await doctor({ connection: { url: address }, env: {}, path });
  expect(find(diagnosis, "connection")).toMatchObject({ status: "problem", code });
  for (const name of local) expect(find(diagnosis, name).status).toBe("ok");
  expect(those("skipped", diagnosis)).toEqual(expect.arrayContaining(["server", "login", "ledger", "lease"]));
});

test("a web server, or a database in the URL, is not CouchDB", async () => {
  const web = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end("<html>Welcome</html>");
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void web.close());
  await new Promise((resolve) => web.once("listening", resolve));
  const at = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  expect(find(await doctor({ connection: { url: at }, env: {} }), "connection").code).toBe("not-couchdb");
  const database = await freshDatabase("root");
  const below = { ...asAdmin.connection, url: `${url}/${database}` };
  expect(find(await doctor({ connection: below, env: {} }), "connection").code).toBe("wrong-address");
});

test("offline, nothing is sent", async () => {
  const diagnosis = await doctor({ offline: "the settings are invalid", env: {} });
  expect(find(diagnosis, "connection")).toMatchObject({ status: "skipped", detail: "the settings are invalid" });
  expect(those("problem", diagnosis)).toEqual([]);
});

test("invalid files are listed", async () => {
  const path = await tempFolder({ "001.yaml": "- id: a\n  ensureDatabse: {}\n- id: b\n  ensureDatabase: {}\n" });
  const check = find(await doctor({ offline: "not asked", path, env: {} }), "migration-files");
  expect(check).toMatchObject({ status: "problem", code: "invalid-input" });
  expect(check.lines).toEqual([expect.stringContaining("001.yaml:2:3"), expect.stringContaining("001.yaml:4:")]);
});

test("files with variables that are not set are a warning", async () => {
  const path = await tempFolder({ "001.yaml": '- { id: a, ensureUser: { name: a, password: "${PASSWORD}" } }\n' });
  const check = find(await doctor({ offline: "not asked", path, env: {} }), "migration-files");
  expect(check).toMatchObject({ status: "warning", facts: { unset: ["PASSWORD"] } });
});

test("a held lease and a ledger that anyone may write are warnings", async () => {
  const ledgerDatabase = await freshDatabase("ledger");
  const body = { type: "lease", holder: "pod-7", token: 1, since: new Date().toISOString(), ttl: 30_000 };
  await must(server(), "PUT", `/${ledgerDatabase}/lease-default`, { body });
  await must(server(), "PUT", `/${ledgerDatabase}/_security`, { body: { admins: {}, members: {} } });
  const diagnosis = await doctor({ ...asAdmin, ledgerDatabase });
  expect(find(diagnosis, "lease")).toMatchObject({
    status: "warning",
    detail: expect.stringMatching(/^held by pod-7 since .* expires 30 s after its last renewal$/),
    facts: { lease: { holder: "pod-7", ttl: 30_000 } },
  });
  expect(find(diagnosis, "ledger-database")).toMatchObject({ status: "warning" });
});

test("an unreadable ledger and a missing database are problems", async () => {
  const ledgerDatabase = await freshDatabase("ledger");
  const body = { formatVersion: 99, set: "default", entries: {} };
  await must(server(), "PUT", `/${ledgerDatabase}/_local/couchdb-migrate-default`, { body });
  const diagnosis = await doctor({ ...asAdmin, ledgerDatabase });
  expect(find(diagnosis, "ledger")).toMatchObject({ status: "problem", code: "ledger-unreadable" });
  const missing = await doctor({ ...asAdmin, ledgerDatabase: uniqueName("no-ledger") });
  expect(find(missing, "ledger-database")).toMatchObject({ status: "problem", code: "invalid-settings" });
});

test("of very many tasks, only some are listed", async () => {
  const proxy = await startProxy(url);
  onTestFinished(() => proxy.close());
  const task = { type: "indexer", database: "shards/0-f/a.1", design_document: "_design/a", progress: 1 };
  proxy.faultWhen(({ path }) => path === "/_active_tasks", { status: 200, body: Array(1_234).fill(task) });
  const tasks = find(await doctor({ connection: { ...asAdmin.connection, url: proxy.url }, env: {} }), "tasks");
  expect(tasks).toMatchObject({ status: "ok", detail: "1,234 tasks running", facts: { count: 1_234 } });
  expect(tasks.lines?.slice(-2)).toEqual(["indexer a _design/a 1%", "and 1,184 more"]);
});

test("a clock that is an hour behind is a warning", async () => {
  const late = createServer((incoming, response) => {
    const { method, url: path, headers } = incoming;
    send(url + path, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, {
        ...answer.headers,
        date: new Date(Date.now() - 3_600_000).toUTCString(),
      });
      answer.pipe(response);
    }).end();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void late.close());
  await new Promise((resolve) => late.once("listening", resolve));
  const at = `http://127.0.0.1:${(late.address() as AddressInfo).port}`;
  const diagnosis = await doctor({ connection: { ...asAdmin.connection, url: at }, env: {} });
  const check = find(diagnosis, "clock");
  expect(check.status).toBe("warning");
  expect(Math.round(Number(check.facts?.seconds) / 60)).toBe(-60);
});

test("a signal stops doctor", async () => {
  await expect(doctor({ ...asAdmin, signal: AbortSignal.abort() })).rejects.toThrow();
});
