/**
 * One answer with the wrong shape, instead of CouchDB's: for each answer that a plan of every
 * kind reads. The plan may be wrong then, or fail: it never ends as a bug of ours, and never writes.
 * `npm run hostile` tries every shape at every answer.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadMigrations, MigrateError, type Migrations, plan, type RunOptions } from "../../src/index.js";
import { databaseName, uniqueName } from "../support/databases.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const name = uniqueName("shapes");

const set = `
- id: admin
  ensureAdmin: { name: ${name}, password: queen-of-blades }
- id: config
  ensureConfig: { ${name}: { a: b } }
- id: user
  ensureUser: { name: ${name}, password: queen-of-blades }
- id: replication
  ensureReplication: { id: ${name}, source: http://127.0.0.1:1/a, target: http://127.0.0.1:1/b }
- id: database
  ensureDatabase: { name: ${name} }
- id: security
  ensureSecurity: { database: ${name}, members: { roles: [zerg] }, mode: merge }
- id: views
  ensureDesignDocs: { database: ${name}, docs: { a: { views: { v: { map: "function (doc) { emit(1); }" } } } } }
- id: indexes
  ensureIndexes: { database: ${name}, indexes: { a: { index: { fields: [a] } } } }
- id: documents
  ensureDocuments: { database: ${name}, mode: overwrite, docs: [{ _id: a }] }
- id: transform
  transformDocuments: { database: ${name}, selector: { a: 1 }, set: { /a: 2 } }
- id: no-documents
  removeDocuments: { database: ${name}, ids: [b], allowDestroy: true }
- id: no-views
  removeDesignDocs: { database: ${name}, names: [b], allowDestroy: true }
- id: no-indexes
  removeIndexes: { database: ${name}, indexes: [b], allowDestroy: true }
- id: no-user
  removeUser: { name: ${name}-b, allowDestroy: true }
- id: no-replication
  removeReplication: { id: ${name}-b, allowDestroy: true }
- id: no-config
  removeConfig: { ${name}: [b], allowDestroy: true }
- id: no-admin
  removeAdmin: { name: ${name}-b, allowDestroy: true }
`;

const shapes: readonly unknown[] = [
  null,
  [],
  "text",
  7,
  {},
  [null],
  { rows: null },
  { rows: [null] },
  { rows: [{}] },
  { rows: [{ doc: null }] },
  { rows: [{ key: "a", value: null, doc: 7 }] },
  { indexes: [null] },
  { indexes: [{ name: 1, def: { fields: [null] } }] },
  { _id: "a", _rev: 2, views: 3, roles: 4 },
  { _id: "_design/a", _rev: "1-a", views: { v: null }, language: 7 },
  { cluster_nodes: 1, all_nodes: {} },
  { cluster_nodes: [null], all_nodes: [null] },
  { members: 1, admins: [] },
  { couchdb: "Welcome", version: 7 },
  { docs: [null], results: [null] },
  [{ key: 7, info: null }],
  [{ key: null }, { error: 7 }],
];

let proxy: RecordingProxy;
let migrations: Migrations;
beforeAll(async () => {
  proxy = await startProxy(server().url);
});
afterAll(() => proxy.close());

function options(): RunOptions {
  const { admin } = server();
  const connection = { url: proxy.url, username: admin.name, password: admin.password };
  return { connection, set: name, wait: 100, verify: true };
}

/** The bug of the run with this answer to its request `number`; `undefined`: there is none. */
async function bugOf(number: number, shape: unknown): Promise<string | undefined> {
  proxy.reset();
  proxy.faultAt(number, { status: 200, body: shape });
  try {
    await plan(migrations, options());
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code === "bug") {
      const request = proxy.requests[number - 1];
      const stack = error instanceof Error ? (error.cause instanceof Error ? error.cause.stack : error.stack) : "";
      return `${request?.method} ${request?.path} says ${JSON.stringify(shape)}: ${stack?.split("\n").slice(0, 4).join(" ")}`;
    }
  }
  return undefined;
}

test("an answer of the wrong shape", async () => {
  migrations = await loadMigrations(await tempFolder({ "001.yaml": set }), { env: {} });
  databaseName("", server(), name);
  await must(server(), "PUT", `/${name}`);
  await must(server(), "PUT", `/${name}/a`, { body: { a: 1 } });
  proxy.reset();
  const { steps } = await plan(migrations, options());
  expect(steps).toHaveLength(migrations.steps.length);
  const answers = proxy.requests.length;
  expect(answers).toBeGreaterThan(15);
  const every = process.env.HOSTILE === "all" ? 1 : 8;
  const bugs: string[] = [];
  let cases = 0;
  for (let number = 1; number <= answers; number += 1) {
    for (const [i, shape] of shapes.entries()) {
      if ((i + number) % every !== 0) continue;
      cases += 1;
      const bug = await bugOf(number, shape);
      if (bug !== undefined) bugs.push(bug);
      expect(proxy.writes()).toEqual([]);
    }
  }
  console.log(`${answers} answers, ${cases} cases, ${bugs.length} bugs`);
  expect(bugs).toEqual([]);
}, 3_600_000);
