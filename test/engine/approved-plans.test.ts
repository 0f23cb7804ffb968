/** `apply` with an approved plan, on a server. */
import { describe, expect, it } from "vitest";
import { type ApplyOptions, apply, type Plan, plan, status } from "../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { filesOf, ownSet } from "./own-set.js";

const fromFile = (planned: Plan): Plan => JSON.parse(JSON.stringify(planned));

/** A design document of the database, with this map. */
const views = (database: string, map = "emit(1)") =>
  `- { id: views, ensureDesignDocs: { database: "${database}", docs: { z: { views: { a: { map: "function (doc) { ${map}; }" } } } } } }\n`;

const dropOf = (database: string) => `- { id: drop, removeDatabase: { name: ${database} } }\n`;

async function mapIn(database: string): Promise<string | undefined> {
  const { status, body } = await request(server(), "GET", `/${database}/_design/z`);
  return status === 404 ? undefined : body.views.a.map;
}

const byHand = (database: string, map: string, rev?: string) =>
  must(server(), "PUT", `/${database}/_design/z`, {
    body: { ...(rev ? { _rev: rev } : {}), views: { a: { map: `function (doc) { ${map}; }` } } },
  });

/** The set's ledger as it is stored. */
const ledgerIn = ({ ledgerDatabase = "" }: ApplyOptions) =>
  request(server(), "GET", `/${ledgerDatabase}/_local/couchdb-migrate-default`);

describe("an approved plan", () => {
  it("is applied, also by a second run; the result and the history say so", async () => {
    const options = await ownSet();
    const database = databaseName();
    const files = await filesOf(`- { id: db, ensureDatabase: { name: ${database} } }\n${views(database)}`);
    const approved = fromFile(await plan(files, options));
    const result = await apply(files, { ...options, plan: approved });
    expect(result).toMatchObject({
      result: "applied",
      applied: ["db", "views"],
      approvedBy: { plannedAt: approved.plannedAt },
    });
    expect(await apply(files, { ...options, plan: approved })).toMatchObject({ result: "unchanged" });
    expect((await status(files, options)).runs).toMatchObject([{ approvedPlan: approved.plannedAt }]);
  });

  it("refuses the whole run if the server has changed: nothing is written, and no version is noted", async () => {
    const options = await ownSet();
    const [one, two] = [await freshDatabase(), await freshDatabase()];
    await byHand(one, "emit(0)");
    const other = `- { id: security, ensureSecurity: { database: ${two}, members: { roles: [zerg] } } }\n`;
    const files = await filesOf(other + views(one));
    const approved = fromFile(await plan(files, options));
    const { _rev } = await must(server(), "GET", `/${one}/_design/z`);
    await byHand(one, "emit(9)", _rev);
    const proxy = await startProxy(server().url);
    const connection = { ...options.connection, url: proxy.url };
    const result = await apply(files, { ...options, connection, plan: approved });
    await proxy.close();
    expect(result).toMatchObject({
      result: "failed",
      applied: [],
      notReached: ["security"],
      failures: [{ id: "views", code: "unapproved" }],
    });
    expect(result.failures[0]?.message).toContain(`what is on the server has changed since the plan was made (${one})`);
    expect(result.unapproved?.steps).toMatchObject([
      { id: "views", changes: [{ path: "/docs/z/views/a/map", before: expect.stringContaining("emit(9)") }] },
    ]);
    expect(proxy.writes()).toEqual([]);
    expect((await ledgerIn(options)).status).toBe(404);
  });

  it("stops a step whose former state changes after the comparison, and nothing else", async () => {
    const options = await ownSet();
    const database = await freshDatabase();
    await byHand(database, "emit(0)");
    const files = await filesOf(views(database));
    const approved = fromFile(await plan(files, options));
    const proxy = await startProxy(server().url);
    // The version is noted after the comparison, and before the step.
    proxy.faultWhen(({ method, path }) => method === "PUT" && path.includes("/_local/"), {
      during: async () => {
        const { _rev } = await must(server(), "GET", `/${database}/_design/z`);
        await byHand(database, "emit(9)", _rev);
      },
    });
    const result = await apply(files, {
      ...options,
      connection: { ...options.connection, url: proxy.url },
      plan: approved,
    });
    await proxy.close();
    expect(await mapIn(database)).toContain("emit(9)");
    expect(result.failures).toMatchObject([{ id: "views", database, code: "unapproved" }]);
  });

  it.each([
    ["as many", 0, "applied"],
    ["fewer", -1, "applied"],
    ["more", 1, "failed"],
  ] as const)("that removes a database is applied with %s documents: %i", async (_, more, expected) => {
    const options = { ...(await ownSet()), allowDestroy: true };
    const database = await freshDatabase();
    for (const id of ["a", "b"]) await must(server(), "PUT", `/${database}/${id}`, { body: {} });
    const files = await filesOf(dropOf(database));
    const approved = fromFile(await plan(files, options));
    expect(approved.steps[0]?.approvals).toMatchObject([{ action: "remove", databases: [database], documents: 2 }]);
    if (more > 0) await must(server(), "PUT", `/${database}/c`, { body: {} });
    if (more < 0) {
      const { _rev } = await must(server(), "GET", `/${database}/a`);
      await must(server(), "DELETE", `/${database}/a?rev=${_rev}`);
    }
    expect((await apply(files, { ...options, plan: approved })).result).toBe(expected);
    expect((await request(server(), "GET", `/${database}`)).status).toBe(expected === "applied" ? 404 : 200);
  });

  it("does not stand for --allow-destroy", async () => {
    const options = await ownSet();
    const database = await freshDatabase();
    const files = await filesOf(dropOf(database));
    const approved = fromFile(await plan(files, { ...options, allowDestroy: true }));
    expect(await apply(files, { ...options, plan: approved })).toMatchObject({ failures: [{ code: "refused" }] });
    const refused = fromFile(await plan(files, options));
    expect(await apply(files, { ...options, allowDestroy: true, plan: refused })).toMatchObject({
      failures: [{ code: "unapproved" }],
    });
    expect((await request(server(), "GET", `/${database}`)).status).toBe(200);
  });

  it("with a pattern approves creation in databases that match later, and nothing else there", async () => {
    const options = await ownSet();
    const stem = uniqueName("tenant");
    const tenant = async (name: string) => {
      databaseName("", server(), name);
      await must(server(), "PUT", `/${name}`);
      return name;
    };
    await tenant(`${stem}-1`);
    const security = `- { id: security, ensureSecurity: { database: "${stem}-*", members: { roles: [zerg] } } }\n`;
    const files = await filesOf(security + views(`${stem}-*`));
    const approved = fromFile(await plan(files, options));
    await tenant(`${stem}-2`);
    expect(await apply(files, { ...options, plan: approved })).toMatchObject({
      applied: ["security", "views"],
      failures: [],
    });
    expect(await mapIn(`${stem}-2`)).toContain("emit(1)");
    await byHand(await tenant(`${stem}-3`), "emit(9)");
    const later = await apply(files, { ...options, plan: fromFile(await plan(files, { ...options })) });
    expect(later.failures).toEqual([]);
    await byHand(await tenant(`${stem}-4`), "emit(9)");
    const result = await apply(files, { ...options, plan: approved });
    expect(result).toMatchObject({
      applied: [],
      notReached: ["security"],
      failures: [{ id: "views", code: "unapproved" }],
    });
    expect(result.unapproved?.steps[0]?.databases).toEqual({ [`${stem}-4`]: expect.anything() });
    expect(await mapIn(`${stem}-4`)).toContain("emit(9)");
  });

  it("approves nothing by naming a field as an unknown secret that is not secret", async () => {
    const options = await ownSet();
    const database = await freshDatabase();
    const files = await filesOf(views(database));
    const { steps, ...approved } = fromFile(await plan(files, options));
    const changed = steps.map(({ approvals: _, ...step }) => ({ ...step, unknown: [""] }));
    const result = await apply(files, { ...options, plan: { ...approved, steps: changed } });
    expect(result.failures).toMatchObject([{ id: "views", code: "unapproved" }]);
    expect(await mapIn(database)).toBeUndefined();
  });

  it("of another server, set or ledger is refused before anything is written", async () => {
    const options = await ownSet();
    const database = databaseName();
    const files = await filesOf(`- { id: db, ensureDatabase: { name: ${database} } }\n`);
    const approved = fromFile(await plan(files, options));
    expect(approved.serverId).toBeNull();
    const tries: [ApplyOptions, Plan][] = [
      [options, { ...approved, serverId: "another" }],
      [{ ...options, set: "other" }, approved],
      [options, { ...approved, ledgerDatabase: "elsewhere" }],
    ];
    for (const [given, other] of tries) {
      await expect(apply(files, { ...given, plan: other })).rejects.toMatchObject({ code: "other-plan" });
    }
    expect((await request(server(), "GET", `/${database}`)).status).toBe(404);
    expect((await ledgerIn(options)).status).toBe(404);
  });

  it("that is not one is refused before a request is sent", async () => {
    const files = await filesOf("- { id: db, ensureDatabase: { name: zerg } }\n");
    const nowhere = { connection: { url: "http://127.0.0.1:1" }, wait: 0 };
    const made = fromFile(await plan(files, { ...(await ownSet()) }));
    for (const wrong of [undefined, null, [], "plan", {}, { ...made, formatVersion: 2 }, { ...made, steps: [{}] }]) {
      const given = { ...nowhere, plan: wrong as unknown as Plan };
      await expect(apply(files, given)).rejects.toMatchObject({
        code: wrong === undefined ? "unreachable" : "invalid-plan",
      });
    }
  });

  it("can't be combined with a part", async () => {
    const files = await filesOf("- { id: db, ensureDatabase: { name: zerg } }\n");
    const options = await ownSet();
    const given = { ...options, plan: await plan(files, options), part: { number: 1, of: 2 } };
    await expect(apply(files, given)).rejects.toMatchObject({ code: "invalid-settings" });
  });
});

describe("the id of a server", () => {
  it("is the same after every run, and each ledger has its own", async () => {
    const options = await ownSet();
    const files = await filesOf(`- { id: db, ensureDatabase: { name: ${databaseName()} } }\n`);
    await apply(files, options);
    const { serverId } = await plan(files, options);
    expect(serverId).toMatch(/^[0-9a-f-]{36}$/);
    await apply(await filesOf(`- { id: two, ensureDatabase: { name: ${databaseName()} } }\n`), options);
    expect((await plan(files, options)).serverId).toBe(serverId);
  });

  it("is one, if two first runs start at the same time", async () => {
    const options = await ownSet();
    const files = await filesOf(`- { id: db, ensureDatabase: { name: ${databaseName()} } }\n`);
    const approved = fromFile(await plan(files, options));
    const results = await Promise.all([1, 2].map(() => apply(files, { ...options, plan: approved })));
    expect(results.map(({ failures }) => failures)).toEqual([[], []]);
    const { serverId } = await plan(files, options);
    expect(serverId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await ledgerIn(options)).body).toMatchObject({ server: { id: serverId } });
  });

  it("is added to an older ledger by the next run that writes to it, and not before", async () => {
    const options = await ownSet();
    const files = await filesOf(`- { id: db, ensureDatabase: { name: ${databaseName()} } }\n`);
    await apply(files, options);
    const at = `/${options.ledgerDatabase}/_local/couchdb-migrate-default`;
    const { server: _, ...older } = (await ledgerIn(options)).body;
    await must(server(), "PUT", at, { body: older });
    expect((await apply(files, options)).requests.writes).toBe(0);
    expect((await plan(files, options)).serverId).toBeNull();
    await apply(await filesOf(`- { id: two, ensureDatabase: { name: ${databaseName()} } }\n`), options);
    expect((await plan(files, options)).serverId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
