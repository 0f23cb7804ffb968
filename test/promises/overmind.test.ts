/** The main job in its users' situations, through the command line, as in a pod. */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { podEnv, runCli } from "../support/cli.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { type Addressed, request } from "../support/request.js";
import { onNodes, startCouchDB, startEmbedded } from "../support/servers.js";
import { ids, leaseHolder, overmind, overmindState } from "./overmind-state.js";

interface Server extends Addressed {
  close(): Promise<void>;
}

interface Situation {
  readonly title: string;
  readonly real?: boolean;
  readonly start: () => Promise<Server>;
  readonly env: (url: string) => Record<string, string>;
  /** What a run sends if nothing is pending. */
  readonly nothingPending: readonly RegExp[];
}

const other = { admin: "secret" };
const same = { [overmind.name]: overmind.password };
const pod = (url: string) => podEnv(url, overmind);
const asOther = (url: string) => ({
  COUCHDB_URL: url.replace("//", "//admin:secret@"),
  COUCHDB_USERNAME: overmind.name,
  COUCHDB_PASSWORD: overmind.password,
});

const ledger = /^GET \/couchdb-migrate\/_local\/couchdb-migrate-default$/;
const admins = /^GET \/_node\/[^/]+\/_config\/admins$/;
const nothingPending = [ledger, /^POST \/_dbs_info$/, admins];
/** 1.x does not know `_dbs_info`, so databases are requested one by one. */
const nothingPendingIn1x = [ledger, /^POST \/_dbs_info$/, /^GET \/zerglings$/, /^GET \/_config\/admins$/];

const situations: readonly Situation[] = [
  {
    title: "an admin party of CouchDB 2.3 (emulated)",
    start: () => startEmbedded({ admins: {}, version: "2.3.1" }),
    env: pod,
    nothingPending,
  },
  {
    title: "an admin party of CouchDB 1.7 (emulated)",
    start: () => startEmbedded({ admins: {}, version: "1.7.2" }),
    env: pod,
    nothingPending: nothingPendingIn1x,
  },
  {
    title: "this admin already exists (emulated)",
    start: () => startEmbedded({ admins: same }),
    env: pod,
    nothingPending,
  },
  {
    title: "another admin in COUCHDB_URL (emulated)",
    start: () => startEmbedded({ admins: other }),
    env: asOther,
    nothingPending,
  },
  {
    title: "this admin already exists",
    real: true,
    start: () => startCouchDB({ admins: same }),
    env: pod,
    nothingPending,
  },
  {
    title: "another admin in COUCHDB_URL",
    real: true,
    start: () => startCouchDB({ admins: other }),
    env: asOther,
    nothingPending,
  },
];

for (const { title, real, start, env, nothingPending } of situations) {
  (real ? onNodes : describe)(title, () => {
    let server: Server;
    let proxy: RecordingProxy;
    const run = (...args: string[]) => runCli(args, { env: env(proxy.url) });

    beforeAll(async () => {
      server = await start();
      proxy = await startProxy(server.url);
      return async () => {
        await proxy.close();
        await server.close();
      };
    });
    beforeEach(() => proxy.reset());

    it("is planned and reported, but not changed", async () => {
      expect(await run("plan", "--detailed-exitcode")).toMatchObject({ code: 2 });
      expect(await run("status")).toMatchObject({ code: 0 });
      expect(await run("apply", "--dry-run")).toMatchObject({ code: 0 });
      expect(proxy.writes()).toEqual([]);
    });

    it("is applied", async () => {
      const { code, stdout, stderr } = await run("apply", "--format", "json");
      expect(code, stderr).toBe(0);
      const result = JSON.parse(stdout);
      expect(result).toMatchObject({ formatVersion: 1, result: "applied", failures: [] });
      expect([...result.applied, ...result.adopted].sort()).toEqual([...ids].sort());
      expect(stdout + stderr).not.toContain(overmind.password);
    });

    it("then has what the files declare", async () => {
      const state = await overmindState({ url: server.url, admin: overmind });
      expect(state).toMatchObject({
        databases: ["couchdb-migrate", "zerglings"],
        security: { admins: { names: [], roles: ["overmind"] }, members: { names: [], roles: ["hatchery"] } },
        designDocs: [{ _id: "_design/brood" }, { _id: "_design/rules" }],
        roles: ["_admin"],
      });
      expect(await leaseHolder({ url: server.url, admin: overmind })).toBeNull();
      expect(Object.keys(state.ledger)).toEqual(ids);
      const incarnations = ids.slice(1).map((id) => state.ledger[id]?.databases);
      expect(incarnations).toEqual(incarnations.map(() => ({ zerglings: "as it is now" })));
      expect(
        (await request({ url: server.url, admin: overmind }, "GET", "/zerglings/_all_docs", { as: null })).status,
      ).toBe(401);
    });

    it("is left alone by a second run, with as few requests as promised", async () => {
      const { code, stdout } = await run("apply", "--format", "json");
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, result: "unchanged", unchanged: ids });
      const sent = proxy.requests.map(({ method, path }) => `${method} ${path}`);
      expect(sent).toHaveLength(nothingPending.length);
      for (const expected of nothingPending) expect(sent).toContainEqual(expect.stringMatching(expected));
      expect(proxy.writes()).toEqual([]);
    });

    it("leaves nothing to plan", async () => {
      expect(await run("plan", "--detailed-exitcode", "--verify")).toMatchObject({ code: 0 });
      const status = await run("status", "--format", "json");
      expect(JSON.parse(status.stdout)).toMatchObject({
        steps: ids.map((id) => ({ id, state: "applied" })),
        orphaned: [],
        lease: null,
      });
      expect(proxy.writes()).toEqual([]);
    });
  });
}
