/** A plan by a user who may read the databases and nothing else. */
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type ApplyOptions, apply, loadMigrations, type Migrations, plan, status } from "../../src/index.js";
import { planText } from "../../src/render/plan-text.js";
import { plain } from "../../src/render/style.js";
import { databaseName, freshDatabase } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

let database: string;
let user: string;
let asAdmin: ApplyOptions;
let asReader: ApplyOptions;

const set = async (map: string): Promise<Migrations> => {
  const steps = [
    `- id: made\n  ensureDatabase: { name: ${database} }\n`,
    `- id: members\n  ensureSecurity: { database: ${database}, members: { roles: [${user}] } }\n`,
    `- id: views\n  ensureDesignDocs: { database: ${database}, docs: { brood: { views: { all: { map: "${map}" } } } } }\n`,
    `- id: index\n  ensureIndexes: { database: ${database}, indexes: { age: { index: { fields: [age] } } } }\n`,
    `- id: docs\n  ensureDocuments: { database: ${database}, docs: [{ _id: a, age: 1 }] }\n`,
    `- id: once\n  transformDocuments: { database: ${database}, set: { /legs: 6 } }\n`,
  ];
  return loadMigrations(await tempFolder({ "001.yaml": steps.join("") }), { env: {} });
};

const old = "function (doc) { emit(doc._id); }";

beforeEach(async () => {
  database = databaseName("reader");
  user = `${database}-user`;
  const { url, admin } = server();
  const ledgerDatabase = await freshDatabase("ledger");
  const admins = { names: [], roles: ["_admin"] };
  await must(server(), "PUT", `/${ledgerDatabase}/_security`, { body: { admins, members: admins } });
  const account = { name: user, password: "door", roles: [user], type: "user" };
  const id = `/_users/org.couchdb.user:${user}`;
  await must(server(), "PUT", id, { body: account });
  onTestFinished(async () => {
    await request(server(), "DELETE", `${id}?rev=${(await must(server(), "GET", id))._rev}`);
  });
  const of = (username: string, password: string) => ({
    connection: { url, username, password },
    ledgerDatabase,
    wait: 5_000,
  });
  asAdmin = of(admin.name, admin.password);
  asReader = of(user, "door");
  await apply(await set(old), asAdmin);
});

test("compares everything with the server and says that the ledger can't be read", async () => {
  const planned = await plan(await set(old), asReader);
  expect(Object.fromEntries(planned.steps.map(({ id, action }) => [id, action]))).toEqual({
    made: "adopt",
    members: "adopt",
    views: "adopt",
    index: "adopt",
    // By now, the transformation has changed the document.
    docs: "keep",
    once: "adopt",
  });
  expect(planned).toMatchObject({ changes: 0, warnings: [{ code: "ledger-unread" }] });
  expect(planText(planned, plain)).toContain("warning  the ledger can't be read, so every step was compared");
});

test("shows what an edited step would change", async () => {
  const { steps, changes } = await plan(await set("function (doc) { emit(doc.age); }"), asReader);
  expect(changes).toBe(1);
  expect(steps.find(({ id }) => id === "views")).toMatchObject({ action: "update" });
});

test("is all that such a user gets: apply and status name the missing permission", async () => {
  await expect(apply(await set(old), asReader)).rejects.toMatchObject({ code: "missing-permission" });
  await expect(status(await set(old), asReader)).rejects.toMatchObject({ code: "missing-permission" });
});
