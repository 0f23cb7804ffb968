/** Each kind on the tests' server: created, held, drifted, repaired. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Gateway, openCouch } from "../../src/couch/gateway.js";
import { ensureAdmin } from "../../src/kinds/ensure-admin.js";
import { ensureDatabase } from "../../src/kinds/ensure-database.js";
import { ensureDesignDocs } from "../../src/kinds/ensure-design-docs.js";
import { ensureSecurity } from "../../src/kinds/ensure-security.js";
import type { StepKind, Target } from "../../src/steps/kind.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { type Addressed, must, request } from "../support/request.js";
import { onNodes, server, startCouchDB } from "../support/servers.js";
import { contextOf } from "./fake-couch.js";

function open({ url, admin }: Addressed): Gateway {
  const options = { emit: () => {}, signal: new AbortController().signal, redact: (text: string) => text };
  return openCouch({ url, username: admin.name, password: admin.password }, { ...options, readOnly: false });
}

let couch: Gateway;

beforeAll(() => {
  couch = open(server());
});
afterAll(() => couch.close());

/** One read and one write. Returns the difference that was found. */
async function bring<Spec, Desired, Observed, Write>(
  kind: StepKind<Spec, Desired, Observed, Write>,
  desired: Desired,
  { database = "db" }: Target = {},
  on = couch,
) {
  on.forget();
  const context = contextOf(on, desired, { database });
  const difference = kind.diff(desired, await kind.observe(context), { database });
  if (difference.write !== undefined) await kind.apply(difference.write, context);
  return difference;
}

describe("ensureDatabase", () => {
  it.runIf(server().isFrom("3.0"))("is created once, and refused with another `partitioned`", async () => {
    const desired = { name: databaseName(), partitioned: true, q: 3 };
    expect((await bring(ensureDatabase, desired)).action).toBe("create");
    expect(await must(server(), "GET", `/${desired.name}`)).toMatchObject({ props: { partitioned: true } });
    expect(await bring(ensureDatabase, desired)).toMatchObject({ action: "none", warnings: [] });
    expect((await bring(ensureDatabase, { ...desired, partitioned: false })).action).toBe("refused");
  });

  it("may be created by somebody else meanwhile", async () => {
    const desired = { name: await freshDatabase(), partitioned: false };
    await ensureDatabase.apply({ create: desired, limits: {} }, contextOf(couch, desired));
    const other = { ...desired, partitioned: true };
    await expect(ensureDatabase.apply({ create: other, limits: {} }, contextOf(couch, other))).rejects.toMatchObject({
      code: "refused",
    });
  });
});

describe("ensureSecurity", () => {
  it("is replaced, and merged", async () => {
    const database = await freshDatabase();
    const none = { names: [], roles: [] };
    const desired = {
      database: [database],
      admins: none,
      members: { names: ["a"], roles: [] },
      mode: "replace" as const,
    };
    expect((await bring(ensureSecurity, desired, { database })).action).toBe("update");
    expect((await bring(ensureSecurity, desired, { database })).action).toBe("none");
    const more = { ...desired, members: { names: [], roles: ["r"] }, mode: "merge" as const };
    expect((await bring(ensureSecurity, more, { database })).action).toBe("update");
    expect((await bring(ensureSecurity, more, { database })).action).toBe("none");
    const { members } = await must(server(), "GET", `/${database}/_security`);
    expect(members).toEqual({ names: ["a"], roles: ["r"] });
    expect((await bring(ensureSecurity, desired, { database })).changes.map(({ path }) => path)).toEqual([
      "/members/roles",
    ]);
  });
});

describe("ensureDesignDocs", () => {
  const map = "function (doc) { emit(doc.n, doc.n); }";
  const of = (database: string, docs: Readonly<Record<string, Readonly<Record<string, unknown>>>>) => ({
    database: [database],
    docs,
    deploy: "inPlace" as const,
    keepPrevious: false,
  });

  it("are created, held, and repaired; others are left alone", async () => {
    const database = await freshDatabase();
    await must(server(), "PUT", `/${database}/_design/other`, { body: {} });
    await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: [{ n: 1 }, { n: 2 }] } });
    const desired = of(database, {
      "a/b": { views: { v: { map, reduce: "_sum" } } },
      c: { filters: { f: "() => true" } },
    });
    expect(await bring(ensureDesignDocs, desired, { database })).toMatchObject({
      action: "create",
      rebuilds: [{ designDoc: "a/b", documents: 2 }],
    });
    expect((await bring(ensureDesignDocs, desired, { database })).action).toBe("none");
    expect(await must(server(), "GET", `/${database}/_design/a%2Fb/_view/v`)).toMatchObject({ rows: [{ value: 3 }] });

    const changed = of(database, { "a/b": { views: { v: { map } } } });
    expect(await bring(ensureDesignDocs, changed, { database })).toMatchObject({
      action: "update",
      changes: [{ path: "/docs/a~1b/views/v/reduce", before: "_sum", after: null }],
      rebuilds: [{ documents: 2 }],
    });
    expect((await bring(ensureDesignDocs, changed, { database })).action).toBe("none");
    const { rows } = await must(server(), "GET", `/${database}/_design_docs`);
    expect(rows).toHaveLength(3);
  });

  it("conflict if somebody else has written meanwhile", async () => {
    const database = await freshDatabase();
    const inPlace = ["a", "b"].map((name) => ({
      name,
      doc: { language: "query" },
      stored: undefined,
      rebuilds: false,
    }));
    const write = { inPlace, staged: [], ahead: [], obsolete: [], finished: [] };
    const desired = of(database, {});
    await must(server(), "PUT", `/${database}/_design/b`, { body: {} });
    await expect(ensureDesignDocs.apply(write, contextOf(couch, desired, { database }))).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("_design/b"),
    });
    expect((await request(server(), "GET", `/${database}/_design/a`)).status).toBe(200);
  });
});

describe("ensureAdmin", () => {
  it("is created, held, and given another password", async () => {
    const name = uniqueName("admin");
    const nodes: { cluster_nodes: string[] } = await must(server(), "GET", "/_membership");
    onTestFinished(async () => {
      for (const node of nodes.cluster_nodes)
        await request(server(), "DELETE", `/_node/${node}/_config/admins/${name}`);
    });
    const login = async (password: string) =>
      (await request(server(), "GET", "/_session", { as: { name, password } })).body?.userCtx?.name;

    expect((await bring(ensureAdmin, { name, password: " a✓ " })).action).toBe("create");
    expect(await login(" a✓ ")).toBe(name);
    expect((await bring(ensureAdmin, { name, password: " a✓ " })).action).toBe("none");
    expect(await bring(ensureAdmin, { name, password: "-pbkdf2-x" })).toMatchObject({
      action: "update",
      changes: [{ before: "another password", after: "set" }],
    });
    expect(await login("-pbkdf2-x")).toBe(name);
    expect((await bring(ensureAdmin, { name, password: "-pbkdf2-x" })).action).toBe("none");
  });
});

onNodes("ensureAdmin of the admin that the run logs in as", () => {
  it("changes its password and continues with the new one", async () => {
    const node = await startCouchDB();
    onTestFinished(node.close);
    const own = open(node);
    onTestFinished(own.close);
    const desired = { name: node.admin.name, password: "another one" };
    expect((await bring(ensureAdmin, desired, {}, own)).action).toBe("update");
    // The read that proves the write is the first request with the new password.
    expect((await bring(ensureAdmin, desired, {}, own)).action).toBe("none");
    expect(own.login.proves(desired.name, desired.password)).toBe(true);
    expect((await request(node, "GET", "/_all_dbs")).status).toBe(401);
  });
});
