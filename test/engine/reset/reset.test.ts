/** What `reset` removes from a server, and what stays. */
import { expect, onTestFinished, test } from "vitest";
import type { ResetPlan } from "../../../src/contract/reset.js";
import { type ResetOptions, reset } from "../../../src/engine/reset/reset.js";
import { apply } from "../../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../../support/databases.js";
import { must, request } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { filesOf, ownSet } from "../own-set.js";

const agree = async () => true;

async function status(path: string): Promise<number> {
  return (await request(server(), "GET", path)).status;
}

test("removes what the set created, and nothing that existed before or that somebody else created", async () => {
  const options = await ownSet();
  const created = databaseName("created");
  const adopted = await freshDatabase("adopted");
  const user = uniqueName("kerrigan");
  onTestFinished(async () => {
    const { rev } = (await request(server(), "GET", `/_users/org.couchdb.user:${user}`)).body ?? {};
    if (rev) await request(server(), "DELETE", `/_users/org.couchdb.user:${user}?rev=${rev}`);
  });
  const map = "function (doc) { emit(doc._id); }";
  const before = { views: { a: { map } } };
  await must(server(), "PUT", `/${adopted}/_design/before`, { body: before });
  await must(server(), "POST", `/${adopted}/_index`, {
    body: { index: { fields: ["a"] }, name: "old", ddoc: "mango-old" },
  });
  const files = await filesOf(`
- { id: created, ensureDatabase: { name: ${created} } }
- { id: adopted, ensureDatabase: { name: ${adopted} } }
- id: views
  ensureDesignDocs: { database: [${created}, ${adopted}], docs: { before: { views: { a: { map: "${map}" } } }, after: { views: { a: { map: "${map}" } } } } }
- id: indexes
  ensureIndexes: { database: ${adopted}, indexes: { old: { index: { fields: [a] } }, new: { index: { fields: [b] } } } }
- id: seeds
  ensureDocuments: { database: ${adopted}, docs: [{ _id: seed }] }
- { id: user, ensureUser: { name: ${user}, password: zerg, roles: [] } }
`);
  expect(await apply(files, options)).toMatchObject({ result: "applied", failures: [] });
  await must(server(), "PUT", `/${created}/of-the-application`, { body: {} });
  const plans: ResetPlan[] = [];
  const ask = async (plan: ResetPlan) => plans.push(plan) > 1;
  expect(await reset({ ...options, agree: ask })).toBeUndefined();
  expect(await status(`/${created}`)).toBe(200);
  const done = await reset({ ...options, agree: ask });
  expect(done).toEqual(plans[0]);
  expect(done).toEqual({
    // Two design documents, and one of the application.
    databases: [{ name: created, documents: 3 }],
    objects: [`design document after in ${adopted}`, `index new in ${adopted}`, `user ${user}`],
    stays: [],
  });
  const left = [`/${created}`, `/${adopted}/_design/before`, `/${adopted}/_design/after`, `/${adopted}/seed`];
  expect(await Promise.all(left.map(status))).toEqual([404, 200, 404, 200]);
  expect(await status(`/_users/org.couchdb.user:${user}`)).toBe(404);
  const { indexes } = await must(server(), "GET", `/${adopted}/_index`);
  expect(indexes.map(({ name }: { name: string }) => name).sort()).toEqual(["_all_docs", "old"]);

  expect(await reset({ ...options, agree })).toEqual({ databases: [], objects: [], stays: [] });
  // The files are the newest still, so they are applied.
  const again = await apply(files, options);
  expect(again).toMatchObject({ applied: ["created", "views", "indexes", "user"], adopted: ["adopted", "seeds"] });
});

test("keeps what the set has made through edits of its steps, until the database is recreated", async () => {
  const options = await ownSet();
  const [first, second] = [databaseName("first"), databaseName("second")];
  const steps = (role: string) => `
- { id: first, ensureDatabase: { name: ${first} } }
- { id: first-security, ensureSecurity: { database: ${first}, members: { roles: [${role}] } } }
- { id: second, ensureDatabase: { name: ${second} } }
`;
  await apply(await filesOf(steps("a")), options);
  await apply(await filesOf(steps("b")), options);
  await must(server(), "DELETE", `/${second}`);
  // An incarnation is a second.
  const { instance_start_time: then } = await must(server(), "GET", `/${first}`);
  do {
    await request(server(), "DELETE", `/${second}`);
    await must(server(), "PUT", `/${second}`);
  } while (server().isFrom("3.3") && (await must(server(), "GET", `/${second}`)).instance_start_time === then);
  await must(server(), "PUT", `/${second}/of-the-application`, { body: {} });
  const done = await reset({ ...options, agree });
  if (server().isFrom("3.3")) {
    const why = "its database was recreated by somebody else";
    expect(done).toEqual({
      databases: [{ name: first, documents: 0 }],
      objects: [],
      stays: [{ object: `database/${second}`, why }],
    });
    expect(await status(`/${first}`)).toBe(404);
  } else {
    const why = "CouchDB before 3.3 does not tell whether a database was recreated";
    expect(done?.stays).toEqual([first, second].map((name) => ({ object: `database/${name}`, why })));
    expect(await status(`/${first}`)).toBe(200);
  }
  expect(await status(`/${second}/of-the-application`)).toBe(200);
});

test("removes what steps created that are no longer in the files", async () => {
  const options = await ownSet();
  const [kept, orphan] = [databaseName("kept"), databaseName("orphan")];
  const of = (name: string) => `- { id: ${name}, ensureDatabase: { name: ${name} } }\n`;
  await apply(await filesOf(of(kept) + of(orphan)), options);
  await apply(await filesOf(of(kept)), options);
  const done = await reset({ ...options, agree });
  if (server().isFrom("3.3")) expect(done?.databases.map(({ name }) => name).sort()).toEqual([kept, orphan].sort());
});

test("a set without a ledger has nothing to remove, and nobody is asked", async () => {
  const options = await ownSet();
  const never: ResetOptions["agree"] = () => Promise.reject(new Error("asked"));
  expect(await reset({ ...options, agree: never })).toEqual({ databases: [], objects: [], stays: [] });
});

test.each([
  ["another environment", "test"],
  ["a run without one", undefined],
])("a ledger of an environment refuses %s", async (_, environment) => {
  const options = await ownSet();
  const files = await filesOf(`- { id: a, ensureDatabase: { name: ${databaseName("a")} } }\n`);
  await apply({ ...files, environment: "production" }, options);
  const other = environment === undefined ? options : { ...options, environment };
  await expect(reset({ ...other, agree })).rejects.toMatchObject({ code: "environment-refused" });
});

test("a reset does not remove more than was agreed to", async () => {
  const options = await ownSet();
  const [first, second] = [databaseName("first"), databaseName("second")];
  const of = (name: string) => `- { id: ${name}, ensureDatabase: { name: ${name} } }\n`;
  await apply(await filesOf(of(first)), options);
  const meanwhile = async () => {
    await apply(await filesOf(of(first) + of(second)), options);
    return true;
  };
  if (!server().isFrom("3.3")) return;
  await expect(reset({ ...options, agree: meanwhile })).rejects.toMatchObject({ code: "conflict" });
  expect(await status(`/${first}`)).toBe(200);
});

test("what another set uses stays", async () => {
  const options = await ownSet();
  const [shared, own, user] = [databaseName("shared"), databaseName("own"), uniqueName("kerrigan")];
  const others = await filesOf(`
- { id: shared, ensureDatabase: { name: ${shared} } }
- { id: seeds, ensureDocuments: { database: ${shared}, docs: [{ _id: of-the-other-set }] } }
- { id: user, ensureUser: { name: ${user}, password: zerg, roles: [] } }
`);
  const files = await filesOf(`
- { id: own, ensureDatabase: { name: ${own} } }
- { id: shared, ensureDatabase: { name: ${shared} } }
- { id: views, ensureDesignDocs: { database: ${shared}, docs: { mine: { filters: { f: "function () { return true; }" } } } } }
- { id: user, ensureUser: { name: ${user}, password: zerg, roles: [] } }
`);
  await apply(files, options);
  await apply(others, { ...options, set: "other" });
  onTestFinished(async () => void (await reset({ ...options, set: "other", agree })));
  const done = await reset({ ...options, agree });
  expect(await status(`/${shared}/of-the-other-set`)).toBe(200);
  expect(await status(`/_users/org.couchdb.user:${user}`)).toBe(200);
  if (!server().isFrom("3.3")) return;
  const why = "the set other uses it, too";
  expect(done).toEqual({
    databases: [{ name: own, documents: 0 }],
    objects: [`design document mine in ${shared}`],
    stays: [
      { object: `database/${shared}`, why },
      { object: `user/${user}`, why },
    ],
  });
});

test("removes a replication of another database of replications", async () => {
  const options = await ownSet();
  const database = `${await freshDatabase("own")}/_replicator`;
  await must(server(), "PUT", `/${encodeURIComponent(database)}`);
  onTestFinished(async () => void (await request(server(), "DELETE", `/${encodeURIComponent(database)}`)));
  const files = await filesOf(`
- { id: link, ensureReplication: { id: link, database: ${database}, source: "http://127.0.0.1:1/a", target: "http://127.0.0.1:1/b" } }
`);
  await apply(files, options);
  const done = await reset({ ...options, agree });
  if (server().isFrom("3.3")) expect(done?.objects).toEqual([`replication link in ${database}`]);
});
