/** The fast path of a run that has nothing to do: taken when it is right, and no longer once any input changes. */
import { rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Connection } from "../../src/contract/connection.js";
import { firstLook } from "../../src/engine/fast-path/first-look.js";
import { type ApplyOptions, type ApplyResult, accept, apply, forget, loadMigrations } from "../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";

let database: string;
let folder: string;
let env: Record<string, string>;
let options: ApplyOptions & { readonly connection: Connection };

const steps = () => `- id: made
  ensureDatabase: { name: ${database} }
- id: members
  ensureSecurity: { database: ${database}, members: { roles: ["\${ROLE:-drone}"] } }
- id: views
  ensureDesignDocs: { database: ${database}, from: [design, one.json] }
`;

beforeEach(async () => {
  database = databaseName("first-look");
  const { url, admin } = server();
  const connection = { url, username: admin.name, password: admin.password };
  options = { connection, ledgerDatabase: await freshDatabase("ledger"), wait: 5_000 };
  env = { ROLE: "queen" };
  folder = await tempFolder({
    "001.yaml": steps(),
    "design/app/views/all/map.js": "function (doc) { emit(doc._id); }",
    "one.json": '{ "_id": "_design/one", "language": "javascript" }',
  });
});

/** As in `couchdb-migrate apply`. `short`: the files were not parsed. */
async function run(): Promise<{ short: boolean; result: ApplyResult }> {
  const first = await firstLook(folder, { env }, options);
  if ("result" in first) return { short: true, result: first.result };
  try {
    return { short: false, result: await apply(await loadMigrations(folder, { env }), options, first.look) };
  } finally {
    await first.look.couch.close();
  }
}

/** As in the library. */
const long = async () => apply(await loadMigrations(folder, { env }), options);
const put = (name: string, text: string) => writeFiles(folder, { [name]: text });

/** Older versions can't tell a recreated database from the previous one, so no run takes the fast path. */
const hasIncarnations = server().isFrom("3.3");

test("the time that parsing takes is not time in which CouchDB was silent", async () => {
  const first = await firstLook(folder, { env }, { ...options, wait: 0 });
  if ("result" in first) throw new Error("nothing was applied yet");
  const migrations = await loadMigrations(folder, { env });
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + 60_000);
  onTestFinished(() => clock.mockRestore());
  const result = await apply(migrations, { ...options, wait: 0 }, first.look);
  expect(result.applied).toEqual(["made", "members", "views"]);
});

test.runIf(hasIncarnations)("a second run takes the fast path, with the same result as the slow path", async () => {
  expect(await run()).toMatchObject({ short: false, result: { applied: ["made", "members", "views"] } });
  const { short, result } = await run();
  expect(short).toBe(true);
  const { milliseconds: _, ...expected } = await long();
  expect(result).toMatchObject({ ...expected, result: "unchanged", requests: { reads: 3, writes: 0 } });
});

const leasePath = () => `/${options.ledgerDatabase}/lease-default`;
const readLease = () => must(server(), "GET", leasePath());

async function setEnv(to: Record<string, string>): Promise<void> {
  env = to;
}

async function roleFromFile(): Promise<void> {
  await put("role", "queen");
  await setEnv({ ROLE_FILE: join(folder, "role") });
}

async function rename(): Promise<void> {
  await rm(join(folder, "001.yaml"));
  await put("1.yaml", steps());
}

async function otherSet(): Promise<void> {
  options = { ...options, set: "other" };
}

type Change = readonly [what: string, change: () => Promise<unknown>, result: Partial<ApplyResult>];
const all = ["made", "members", "views"];

describe.runIf(hasIncarnations)("the fast path is not taken if this differs from last time:", () => {
  test.each<Change>([
    ["a comment", () => put("001.yaml", `# new\n${steps()}`), { unchanged: all }],
    ["a step", () => put("001.yaml", steps().replace("drone", "larva")), { unchanged: all }],
    [
      "a new step",
      () => put("002.yaml", `- id: more\n  ensureDatabase: { name: ${databaseName()} }\n`),
      { applied: ["more"] },
    ],
    [
      "a removed step",
      () => put("001.yaml", steps().replace(/- id: views.*/s, "")),
      { unchanged: ["made", "members"] },
    ],
    ["the name of a file", rename, { unchanged: all }],
    [
      "what a step reads",
      () => put("design/app/views/all/map.js", "function (doc) { emit(1); }"),
      { applied: ["views"] },
    ],
    [
      "a file that a step finds",
      () => put("design/app/views/two/map.js", "function (doc) { emit(2); }"),
      { applied: ["views"] },
    ],
    ["a folder that a step finds", () => put("design/second/language", "javascript"), { applied: ["views"] }],
    ["a variable", () => setEnv({ ROLE: "overlord" }), { applied: ["members"] }],
    ["no variable", () => setEnv({}), { applied: ["members"] }],
    ["a variable from a file", roleFromFile, { unchanged: ["made", "views"] }],
    ["a forgotten step", () => forget("made", options), { adopted: ["made"] }],
    ["a deleted database", () => must(server(), "DELETE", `/${database}`), { applied: all }],
    ["another set", otherSet, { adopted: all }],
  ])("%s", async (_what, change, result) => {
    await run();
    expect((await run()).short).toBe(true);
    await change();
    expect(await run()).toMatchObject({ short: false, result });
    expect(await long()).toMatchObject({ result: "unchanged" });
  });

  // The embedded server's incarnations differ from CouchDB's.
  test.runIf(server().kind !== "embedded")("a recreated database", async () => {
    await run();
    await must(server(), "DELETE", `/${database}`);
    await sleep(1_100);
    await must(server(), "PUT", `/${database}`);
    expect(await run()).toMatchObject({ short: false, result: { adopted: ["made"], applied: ["members", "views"] } });
  });

  test("a step that was accepted", async () => {
    await run();
    await put("001.yaml", steps().replace(", one.json", ""));
    await accept("views", await loadMigrations(folder, { env }), options);
    expect(await run()).toMatchObject({ short: false, result: { unchanged: all } });
  });

  test("an unreadable snapshot", async () => {
    await run();
    const lease = await readLease();
    const snapshot = { ...lease.snapshot, reads: [["else", "x"]] };
    await must(server(), "PUT", leasePath(), { body: { ...lease, snapshot } });
    expect((await run()).short).toBe(false);
  });

  test("a held lease", async () => {
    await run();
    await must(server(), "PUT", leasePath(), { body: { ...(await readLease()), holder: "kerrigan", ttl: 30_000 } });
    expect(await run()).toMatchObject({ short: false, result: { unchanged: all } });
  });

  test("a lease with two leaves, one of which is stray", async () => {
    await run();
    const { _rev, ...lease } = await readLease();
    const stray = { ...lease, _rev: `${Number.parseInt(_rev, 10)}-${"0".repeat(32)}` };
    await must(server(), "POST", `/${options.ledgerDatabase}/_bulk_docs`, {
      body: { new_edits: false, docs: [stray] },
    });
    expect(await run()).toMatchObject({ short: false, result: { unchanged: all } });
  });

  test("a ledger that somebody removed", async () => {
    await run();
    await must(server(), "DELETE", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
    expect(await run()).toMatchObject({ short: false, result: { adopted: all } });
  });

  test("a ledger that somebody wrote into", async () => {
    await run();
    const path = `/${options.ledgerDatabase}/_local/couchdb-migrate-default`;
    const { entries, ...ledger } = await must(server(), "GET", path);
    const { views: _, ...others } = entries;
    await must(server(), "PUT", path, { body: { ...ledger, entries: others } });
    expect(await run()).toMatchObject({ short: false, result: { adopted: ["views"] } });
  });

  test("a file that can't be read", async () => {
    await run();
    await put("002.yaml/inner", "");
    await expect(run()).rejects.toMatchObject({ code: "invalid-input" });
  });
});

describe("with many databases", () => {
  const names = () => [1, 2, 3, 4, 5].map((number) => `${database}-${number}`);
  const gone = () => `${database}-gone`;

  beforeEach(async () => {
    for (const name of names()) databaseName("", server(), name);
    const made = names().map((name) => `- id: ${name}\n  ensureDatabase: { name: ${name} }\n`);
    const removed = `- id: gone\n  removeDatabase: { name: ${gone()}, allowDestroy: true }\n`;
    await put("001.yaml", made.join("") + removed);
    await run();
  });

  test.runIf(hasIncarnations)("the shard maps are listed, and none is requested separately", async () => {
    const paths: string[] = [];
    options = { ...options, emit: (event) => void (event.type === "request" && paths.push(event.path)) };
    expect(await run()).toMatchObject({ short: true, result: { requests: { reads: 3, writes: 0 } } });
    expect(paths.filter((path) => /_node|_dbs_info/.test(path))).toEqual([expect.stringContaining("/_dbs/_all_docs")]);
  });

  test("a deleted database is noticed", async () => {
    const [name] = names();
    await must(server(), "DELETE", `/${name}`);
    expect(await run()).toMatchObject({ short: false, result: { applied: [name] } });
  });

  test("a database that should be gone but was created again is noticed", async () => {
    await must(server(), "PUT", `/${gone()}`);
    expect(await run()).toMatchObject({ short: false, result: { applied: ["gone"] } });
  });

  // Even within the second that CouchDB reports as a database's creation.
  test("a recreated database is noticed", async () => {
    const [name] = names();
    await must(server(), "DELETE", `/${name}`);
    await must(server(), "PUT", `/${name}`);
    expect((await run()).short).toBe(false);
  });
});

describe("with a pattern", () => {
  const names = () => [1, 2, 3, 4, 5].map((number) => `${database}-${number}`);
  const [security, made] = ["security", "first"];

  beforeEach(async () => {
    for (const name of names()) await must(server(), "PUT", `/${databaseName("", server(), name)}`);
    await put(
      "001.yaml",
      `- id: ${made}
  ensureDatabase: { name: ${names()[0]} }
- id: ${security}
  ensureSecurity: { database: "${database}-*", members: { roles: [drone] } }
`,
    );
    await run();
  });

  test.runIf(hasIncarnations)("what matches is listed in one request", async () => {
    const paths: string[] = [];
    options = { ...options, emit: (event) => void (event.type === "request" && paths.push(event.path)) };
    const { short, result } = await run();
    expect(short).toBe(true);
    expect(paths.filter((path) => /\/_dbs\/|_all_dbs/.test(path))).toEqual([
      expect.stringContaining("/_dbs/_all_docs"),
    ]);
    const { milliseconds: _, requests: __, ...expected } = await long();
    expect(result).toMatchObject({ ...expected, requests: { reads: 4, writes: 0 } });
  });

  test.runIf(hasIncarnations)(
    "the ledger's database may match, and may appear after the others were listed",
    async () => {
      const ledgerDatabase = databaseName("", server(), `${database}-ledger`);
      await must(server(), "PUT", `/${ledgerDatabase}`);
      options = { ...options, ledgerDatabase };
      await run();
      const { snapshot, ...lease } = await readLease();
      const [pattern, matching] = Object.entries<object>(snapshot.matching)[0] ?? [""];
      const others = Object.fromEntries(Object.entries(matching ?? {}).filter(([name]) => name !== ledgerDatabase));
      const earlier = { ...lease, snapshot: { ...snapshot, matching: { [pattern]: others } } };
      await must(server(), "PUT", leasePath(), { body: earlier });
      expect(await run()).toMatchObject({ short: true, result: { result: "unchanged" } });
    },
  );

  test("a new database that matches is noticed", async () => {
    await must(server(), "PUT", `/${databaseName("", server(), `${database}-new`)}`);
    expect(await run()).toMatchObject({ short: false, result: { applied: [security], unchanged: [made] } });
    expect(await run()).toMatchObject({ short: hasIncarnations, result: { result: "unchanged" } });
  });

  // Even within the second that CouchDB reports as a database's creation.
  test("a recreated database that matches is noticed", async () => {
    const [, name] = names();
    await must(server(), "DELETE", `/${name}`);
    await must(server(), "PUT", `/${name}`);
    expect((await run()).short).toBe(false);
  });

  test("a deleted database is noticed if a step names it, too", async () => {
    const [first, second] = names();
    await must(server(), "DELETE", `/${second}`);
    expect(await run()).toMatchObject({ short: hasIncarnations, result: { result: "unchanged" } });
    expect(await long()).toMatchObject({ result: "unchanged" });
    await must(server(), "DELETE", `/${first}`);
    expect(await run()).toMatchObject({ short: false, result: { applied: [made, security] } });
  });
});

describe("there is no fast path for", () => {
  const user = () => `- id: user\n  ensureUser: { name: ${database}, password: "\${PASSWORD}" }\n`;
  const documents = () => `- id: documents\n  ensureDocuments: { database: ${database}, from: documents.json }\n`;
  test.each<readonly [string, () => string]>([
    ["secrets", () => user().replace("${PASSWORD}", "hunter2-hunter2")],
    ["secrets in variables", user],
    ["documents that may be too large to hold in memory", documents],
    ["what is read on every run", () => `- id: config\n  ensureConfig: { cm_test: { ${database}: a } }\n`],
  ])("%s", async (_what, more) => {
    await put("documents.json", '[{ "_id": "a" }]');
    await put("002.yaml", more());
    env = { ...env, PASSWORD: "hunter2-hunter2" };
    await run();
    expect(await run()).toMatchObject({ short: false, result: { result: "unchanged" } });
    expect(Object.keys(await readLease())).not.toContain("snapshot");
    await must(server(), "DELETE", `/_node/_local/_config/cm_test/${database}`).catch(() => {});
  });
});

test("invalid files are reported before problems with the server", async () => {
  await put("001.yaml", "- id: made\n");
  options = { ...options, connection: { ...options.connection, username: uniqueName("nobody"), password: "wrong" } };
  await expect(run()).rejects.toMatchObject({ code: "invalid-input" });
});

test("invalid files are reported even if the server hangs", async () => {
  const silent = createServer();
  await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
  const { port } = silent.address() as AddressInfo;
  options = { ...options, wait: 600_000, connection: { url: `http://127.0.0.1:${port}` } };
  await put("001.yaml", "- id: made\n");
  await expect(run()).rejects.toMatchObject({ code: "invalid-input" });
  silent.close();
});

test("refused credentials are tried once", async () => {
  options = { ...options, connection: { ...options.connection, username: uniqueName("nobody"), password: "wrong" } };
  const statuses: unknown[] = [];
  options = { ...options, emit: (event) => void (event.type === "request" && statuses.push(event.status)) };
  await expect(run()).rejects.toMatchObject({ code: "unauthorized" });
  expect(statuses.filter((status) => status === 401)).toHaveLength(1);
});
