/** What a fresh install sends, request by request: one request too many fails a test, on any machine. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { databasesOf, writeMigrations } from "../../bench/fixtures.js";
import { loginEnv, runCli } from "../support/cli.js";
import { startProxy } from "../support/proxy.js";
import { type Addressed, must, request } from "../support/request.js";
import { onNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const names = ["zerg-000", "zerg-001", "zerg-002", "zerg-003", "zerg-004"];
const ledger = "/couchdb-migrate/_local/couchdb-migrate-default";
const lease = "/couchdb-migrate/lease-default";
const shardMaps = "GET /_node/_local/_dbs/_all_docs";
const history = "/couchdb-migrate/history-default";

/** 35 steps: five databases, each with its security, four design documents and an index. */
const migrations = databasesOf({ prefix: "zerg", databases: names.length, stepsEach: 7 });

/** In this order, except for the lease, which a slow run renews once more. */
const beforeTheSteps = [
  `GET ${lease}?open_revs=all`,
  `GET ${ledger}`,
  // Is it a CouchDB? If there is a ledger, its answer shows it.
  "GET /",
  `${shardMaps}?start_key=%22zerg-000%22&end_key=%22zerg-004%22&limit=405&include_docs=true`,
  "GET /_up",
  "GET /_session",
  "GET /couchdb-migrate",
  "GET /_membership",
  "PUT /couchdb-migrate?q=1",
  "GET /couchdb-migrate/_security",
  `GET ${lease}?open_revs=all`,
  `GET ${lease}?open_revs=all&revs=true`,
  `GET ${ledger}`,
  // The version is noted before the first write of a step.
  `GET ${ledger}`,
  `PUT ${ledger}`,
];
const afterTheSteps = [`GET ${ledger}`, `PUT ${ledger}`, `GET ${history}`, `PUT ${history}`];

const servers: readonly (readonly [
  string,
  typeof describe | typeof onNodes,
  () => Promise<Addressed & { close(): Promise<void> }>,
  /** Its revisions are not digests as in CouchDB, so design documents are read back. */
  readsBack: readonly string[],
])[] = [
  ["CouchDB (emulated)", describe, () => startEmbedded(), ["POST /_all_docs?include_docs=true"]],
  ["CouchDB", onNodes, () => startCouchDB(), []],
];

for (const [title, suite, start, readsBack] of servers) {
  suite(`a fresh install of 35 steps, on ${title}`, () => {
    it("sends five requests per database, and no more for more steps", async () => {
      const server = await start();
      const proxy = await startProxy(server.url);
      try {
        const folder = await tempFolder();
        await writeMigrations(join(folder, "migrations"), migrations);
        const env = loginEnv(proxy.url, server.admin);
        const { code, stderr, stdout } = await runCli(["apply", join(folder, "migrations"), "--format", "json"], {
          env,
        });
        expect(code, stderr).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ result: "applied", adopted: [], failures: [] });

        const sent = proxy.requests.filter((one) => !(one.method === "PUT" && one.path === lease));
        const shown = sent.map(({ method, path }) => `${method} ${path}`);
        expect(shown.slice(0, beforeTheSteps.length)).toEqual(beforeTheSteps);
        expect(shown.slice(-afterTheSteps.length)).toEqual(afterTheSteps);
        const between = shown.slice(beforeTheSteps.length, -afterTheSteps.length);
        for (const database of names) {
          expect(between.filter((one) => one.includes(`/${database}`))).toEqual([
            `PUT /${database}`,
            `PUT /${database}/_security`,
            // Its answer proves nothing.
            `GET /${database}/_security`,
            `POST /${database}/_bulk_docs`,
            ...readsBack.map((one) => one.replace("/", `/${database}/`)),
            `POST /${database}/_index`,
          ]);
        }
        const others = between.filter((one) => !names.some((database) => one.includes(`/${database}`)));
        // One request for all databases that were created while the previous one was under way.
        expect(new Set(others.map((one) => one.split("?", 1)[0]))).toEqual(new Set([shardMaps]));
        expect(others.length).toBeLessThanOrEqual(names.length);

        const toThem = sent.filter(
          ({ path, writes }) => writes && names.some((database) => path.startsWith(`/${database}`)),
        );
        expect(toThem.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(4325);
        await expectInstalled(server);
      } finally {
        await proxy.close();
        await server.close();
      }
    });
  });
}

async function expectInstalled(server: Addressed): Promise<void> {
  for (const { name, docs } of migrations) {
    const { rows } = await must(server, "GET", `/${name}/_design_docs`);
    expect(rows.map(({ id }: { id: string }) => id)).toEqual([...docs.map(({ _id }) => _id), "_design/by-owner"]);
    expect((await request(server, "GET", `/${name}/_security`)).body).toMatchObject({
      members: { roles: ["hatchery"] },
    });
  }
  const { entries } = await must(server, "GET", ledger);
  for (const { name } of migrations) {
    const { instance_start_time } = await must(server, "GET", `/${name}`);
    expect(entries[`${name}-brood-3`].databases).toEqual({ [name]: instance_start_time });
  }
}
