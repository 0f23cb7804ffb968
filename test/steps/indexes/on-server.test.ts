/** Indexes on the tests' server. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Gateway, openCouch } from "../../../src/couch/gateway.js";
import { ensureIndexes } from "../../../src/kinds/ensure-indexes.js";
import { removeIndexes } from "../../../src/kinds/remove-indexes.js";
import { sameSelector, storedSelector } from "../../../src/objects/indexes/selector.js";
import type { StepFiles } from "../../../src/steps/step-files.js";
import { freshDatabase, uniqueName } from "../../support/databases.js";
import { must, request } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { contextOf } from "../fake-couch.js";
import { selector } from "./selectors.js";

type Spec = Parameters<NonNullable<typeof ensureIndexes.resolve>>[0];
type Indexes = NonNullable<Spec["indexes"]>;
type IndexSpec = Indexes[string];

const noFiles = {} as StepFiles;

function open(login = server().admin): Gateway {
  const connection = { url: server().url, username: login.name, password: login.password };
  return openCouch(connection, { emit: () => {}, signal: new AbortController().signal, readOnly: false });
}

let couch: Gateway;

beforeAll(() => {
  couch = open();
});
afterAll(() => couch.close());

/** One read and one write. Returns the difference that was found, and the number of writes. */
async function bring(database: string, indexes: Indexes, on = couch) {
  const desired = await ensureIndexes.resolve?.({ database, indexes }, noFiles);
  if (!desired) throw new Error("no resolve");
  on.forget();
  const context = contextOf(on, desired, { database });
  const { write, ...difference } = ensureIndexes.diff(desired, await ensureIndexes.observe(context), { database });
  const before = on.requests.writes;
  if (write) await ensureIndexes.apply(write, context);
  return { ...difference, writes: on.requests.writes - before };
}

async function remove(database: string, indexes: { name: string; ddoc: string }[], on = couch) {
  const desired = { database: [database], indexes };
  on.forget();
  const context = contextOf(on, desired, { database });
  const { write, ...difference } = removeIndexes.diff(desired, await removeIndexes.observe(context), { database });
  if (write) await removeIndexes.apply(write, context);
  return difference;
}

interface Listed {
  readonly name: string;
  readonly ddoc: string;
  readonly type: string;
  readonly def: { readonly fields: object[]; readonly partial_filter_selector?: object };
}

async function list(database: string): Promise<Listed[]> {
  const { indexes } = await must(server(), "GET", `/${database}/_index`);
  return indexes.filter(({ type }: Listed) => type !== "special");
}

it("an index without fields, which only applies its filter, is created, holds, and answers", async () => {
  const database = await freshDatabase();
  const index = { fields: [], partial_filter_selector: { type: "zergling" } };
  expect(await bring(database, { i: { index } })).toMatchObject({ action: "create", writes: 1 });
  expect(await bring(database, { i: { index } })).toMatchObject({ action: "none", writes: 0 });
  const docs = [{ _id: "a", type: "zergling" }, { _id: "b" }];
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
  const query = { selector: { type: "zergling" }, use_index: "mango-i", fields: ["_id"] };
  const found = await must(server(), "POST", `/${database}/_find`, { body: query });
  expect([found.docs, found.warning]).toEqual([[{ _id: "a" }], undefined]);
});

describe("scenario 20: the same index twice, and in the other spelling", () => {
  it("is not written again", async () => {
    const database = await freshDatabase();
    const filter = { type: "zergling", hit: { points: { $gt: 0 } } };
    const index = { fields: ["a", "b"], partial_filter_selector: filter };
    expect(await bring(database, { i: { index } })).toMatchObject({ action: "create", writes: 1 });
    const spellings: IndexSpec[] = [
      { index },
      { index: { ...index, fields: [{ a: "asc" }, { b: "asc" }] } },
      {
        index: {
          fields: ["a", { b: "asc" }],
          partial_filter_selector: { "hit.points": { $gt: 0 }, type: { $eq: "zergling" } },
        },
      },
      { index, ddoc: "_design/mango-i", type: "json" },
    ];
    for (const spec of spellings) {
      expect(await bring(database, { i: spec })).toMatchObject({ action: "none", writes: 0 });
    }
    expect(await must(server(), "GET", `/${database}/_design/mango-i`)).toMatchObject({
      _rev: expect.stringMatching(/^1-/),
    });
  });
});

describe("a changed definition", () => {
  it("replaces the old one, and queries use the new one", async () => {
    const database = await freshDatabase();
    await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: [{ b: 2 }, { b: 1 }] } });
    await bring(database, { i: { index: { fields: ["a"] } }, other: { index: { fields: ["c"] } } });
    expect(await bring(database, { i: { index: { fields: ["b"] } } })).toMatchObject({
      action: "update",
      writes: 1,
      rebuilds: [{ designDoc: "mango-i", views: ["i"], documents: 2 }],
    });
    expect((await list(database)).map(({ ddoc, name, def }) => [ddoc, name, def.fields])).toEqual([
      ["_design/mango-i", "i", [{ b: "asc" }]],
      ["_design/mango-other", "other", [{ c: "asc" }]],
    ]);
    const { views } = await must(server(), "GET", `/${database}/_design/mango-i`);
    expect(Object.keys(views)).toEqual(["i"]);
    const query = { selector: { b: { $gt: 0 } }, sort: ["b"], use_index: ["mango-i", "i"] };
    const { docs, warning } = await must(server(), "POST", `/${database}/_find`, { body: query });
    expect([docs.map(({ b }: { b: number }) => b), warning]).toEqual([[1, 2], undefined]);
  });

  // Before 3.0, `_index` refuses `partitioned`.
  it.runIf(server().isFrom("3.0"))(
    "whose design document was created with `partitioned` by hand is written with that",
    async () => {
      const database = await freshDatabase();
      const made = { name: "i", ddoc: "mango-i", partitioned: false, index: { fields: ["a"] } };
      await must(server(), "POST", `/${database}/_index`, { body: made });
      expect(await bring(database, { i: { index: { fields: ["b"] } } })).toMatchObject({ action: "update", writes: 1 });
      expect(await bring(database, { i: { index: { fields: ["b"] } } })).toMatchObject({ action: "none" });
    },
  );

  it("leaves a second index in its design document unchanged", async () => {
    const database = await freshDatabase();
    // CouchDB keeps the order of fields, which a JavaScript object (that of the embedded server, too) does not.
    const last = server().kind === "embedded" ? "a" : "1";
    const second = { name: "second", ddoc: "mango-i", index: { fields: ["b", last] } };
    await bring(database, { i: { index: { fields: ["a"] } } });
    await must(server(), "POST", `/${database}/_index`, { body: second });
    expect(await bring(database, { i: { index: { fields: ["c"] } } })).toMatchObject({
      warnings: [{ neighbours: ["second"] }],
    });
    await remove(database, [{ name: "i", ddoc: "mango-i" }]);
    expect((await list(database)).map(({ name, def }) => [name, def.fields])).toEqual([
      ["second", [{ b: "asc" }, { [last]: "asc" }]],
    ]);
  });
});

it("a design document that is in the way is refused, and left unchanged", async () => {
  const database = await freshDatabase();
  const map = "function (doc) { emit(null); }";
  await must(server(), "PUT", `/${database}/_design/mango-i`, { body: { views: { v: { map } } } });
  await expect(bring(database, { i: { index: { fields: ["a"] } } })).rejects.toMatchObject({ code: "refused" });
  expect(await must(server(), "GET", `/${database}/_design/mango-i`)).toMatchObject({ views: { v: { map } } });
});

it("names with slashes and spaces are created and removed", async () => {
  const database = await freshDatabase();
  const named = { name: "n/m ✓", ddoc: "a/b c" };
  expect(await bring(database, { [named.name]: { ddoc: named.ddoc, index: { fields: ["a"] } } })).toMatchObject({
    action: "create",
  });
  expect(await remove(database, [named])).toMatchObject({ action: "remove" });
  expect(await list(database)).toEqual([]);
  expect(await remove(database, [named])).toMatchObject({ action: "none" });
  expect((await request(server(), "GET", `/${database}/_design/a%2Fb%20c`)).status).toBe(404);
});

it("a type whose service is missing is reported", async () => {
  const database = await freshDatabase();
  const spec: IndexSpec = { type: "text", index: { fields: [{ name: "a", type: "string" }] } };
  const probe = { ...spec, name: "probe", ddoc: "probe" };
  if ((await request(server(), "POST", `/${database}/_index`, { body: probe })).status !== 503) return;
  await expect(bring(database, { i: spec })).rejects.toMatchObject({
    code: "step-failed",
    message: expect.stringContaining("no text search"),
  });
});

onReal("on a CouchDB", () => {
  it("its own form of a selector is used for comparison", async () => {
    const database = await freshDatabase();
    const selectors = fc.sample(selector, { seed: 20, numRuns: 60 }).filter((one) => Object.keys(one).length > 0);
    const accepted = [];
    for (const [i, filter] of selectors.entries()) {
      const body = { name: `i${i}`, ddoc: `d${i}`, index: { fields: ["a"], partial_filter_selector: filter } };
      // There is no index for a condition that names no field.
      if ((await request(server(), "POST", `/${database}/_index`, { body })).status === 200) accepted.push(`i${i}`);
    }
    expect(accepted.length).toBeGreaterThan(selectors.length / 2);
    const stored = new Map((await list(database)).map(({ name, def }) => [name, def.partial_filter_selector ?? {}]));
    for (const [i, filter] of selectors.entries()) {
      const shown = stored.get(`i${i}`);
      if (shown === undefined) continue;
      expect(storedSelector(filter), JSON.stringify(filter)).toEqual(shown);
      expect(sameSelector(filter, shown as never), JSON.stringify(filter)).toBe(true);
    }
  });

  it("racing writers all succeed, and leave one index", async () => {
    const database = await freshDatabase();
    const runners = Array.from({ length: 5 }, () => open());
    onTestFinished(async () => void (await Promise.all(runners.map((runner) => runner.close()))));
    const again = async (runner: Gateway): Promise<void> => {
      try {
        await bring(database, { i: { index: { fields: ["a"] } } }, runner);
      } catch (error) {
        if ((error as { code?: string }).code !== "conflict") throw error;
        await again(runner);
      }
    };
    await Promise.all(runners.map(again));
    expect((await list(database)).map(({ name, def }) => [name, def.fields])).toEqual([["i", [{ a: "asc" }]]]);
  });

  it("a user without the permission to change them gets an error, although CouchDB says that it removed one", async () => {
    const database = await freshDatabase();
    const name = uniqueName("user");
    const login = { name, password: "long enough" };
    const at = `/_users/org.couchdb.user:${name}`;
    await must(server(), "PUT", at, { body: { ...login, type: "user", roles: [] } });
    onTestFinished(async () => {
      const { _rev } = await must(server(), "GET", at);
      await must(server(), "DELETE", `${at}?rev=${_rev}`);
    });
    const security = { admins: { names: [], roles: ["_admin"] }, members: { names: [name], roles: [] } };
    await must(server(), "PUT", `/${database}/_security`, { body: security });
    await bring(database, { i: { index: { fields: ["a"] } } });
    const member = open(login);
    onTestFinished(() => member.close());
    const missing = { code: "missing-permission", message: expect.stringContaining(`admin of ${database}`) };
    await expect(bring(database, { i: { index: { fields: ["b"] } } }, member)).rejects.toMatchObject(missing);
    await expect(remove(database, [{ name: "i", ddoc: "mango-i" }], member)).rejects.toMatchObject(missing);
    expect((await list(database)).map(({ def }) => def.fields)).toEqual([[{ a: "asc" }]]);
  });
});
