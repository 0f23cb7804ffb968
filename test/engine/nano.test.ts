/** An application's own nano instance instead of a connection, for each function that uses a server. */
import nano from "nano";
import { beforeEach, expect, test } from "vitest";
import {
  accept,
  apply,
  correctRelease,
  forget,
  importServer,
  type Migrations,
  plan,
  status,
  unlock,
  wait,
} from "../../src/index.js";
import { databaseName } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { filesOf, ownSet } from "./own-set.js";

let database: string;
let migrations: Migrations;
let options: Omit<Awaited<ReturnType<typeof ownSet>>, "connection" | "nano"> & { readonly nano: nano.ServerScope };

beforeEach(async () => {
  const { connection: _, ...others } = await ownSet();
  const { url, admin } = server();
  const login = new URL(url);
  Object.assign(login, { username: admin.name, password: admin.password });
  options = { ...others, nano: nano(login.href) };
  database = databaseName("nano");
  migrations = await filesOf(`- id: made\n  ensureDatabase: { name: ${database} }\n`);
});

test("the instance sees what apply has done through it", async () => {
  expect(await plan(migrations, options)).toMatchObject({ changes: 1 });
  expect(await apply(migrations, options)).toMatchObject({ result: "applied", applied: ["made"] });
  expect(await options.nano.db.get(database)).toMatchObject({ db_name: database });
  expect(await status(migrations, options)).toMatchObject({ steps: [{ id: "made", state: "applied" }] });
});

test("nano reads what apply has written", async () => {
  const steps = await filesOf(`
- id: made
  ensureDatabase: { name: ${database} }
- id: members
  ensureSecurity: { database: ${database}, members: { roles: [drone] } }
- id: views
  ensureDesignDocs:
    database: ${database}
    docs: { eggs: { views: { by-hive: { map: "function (doc) { emit(doc.hive, null); }" } } } }
- id: by-hive
  ensureIndexes: { database: ${database}, indexes: { by-hive: { index: { fields: [hive] } } } }
- id: eggs
  ensureDocuments: { database: ${database}, docs: [{ _id: egg-1, hive: char }, { _id: egg-2, hive: aiur }] }
`);
  expect(await apply(steps, options)).toMatchObject({ result: "applied" });
  const eggs = options.nano.use<{ hive: string }>(database);
  expect(await options.nano.request({ db: database, path: "_security" })).toMatchObject({
    members: { roles: ["drone"] },
  });
  expect(await eggs.get("egg-1")).toMatchObject({ hive: "char" });
  expect((await eggs.view("eggs", "by-hive", { key: "aiur" })).rows).toMatchObject([{ id: "egg-2" }]);
  expect(await eggs.find({ selector: { hive: "char" }, use_index: "by-hive" })).toMatchObject({
    docs: [{ _id: "egg-1" }],
  });
});

test("a login in a header", async () => {
  const { url, admin } = server();
  const Authorization = `Basic ${Buffer.from(`${admin.name}:${admin.password}`).toString("base64")}`;
  const own = { ...options, nano: nano({ url, headers: { Authorization } }) };
  expect(await apply(migrations, own)).toMatchObject({ result: "applied" });
});

test("a person's decisions, and an import", async () => {
  await wait(options);
  await apply(migrations, options);
  await accept("made", migrations, options);
  await correctRelease(7, options);
  await forget("made", options);
  expect(await status(migrations, options)).toMatchObject({ steps: [{ id: "made", state: "pending" }] });
  expect(await unlock(options)).toEqual({ lease: null, parts: [] });
  const out = await tempFolder({});
  const { nano: instance, ledgerDatabase } = options;
  expect((await importServer({ nano: instance, ledgerDatabase, database, out })).files).not.toHaveLength(0);
});

test("the cookie of nano's own login is refused before anything is sent", async () => {
  const { url, admin } = server();
  const own = nano(url);
  await own.auth(admin.name, admin.password);
  await expect(apply(migrations, { ...options, nano: own })).rejects.toMatchObject({ code: "invalid-settings" });
  expect(await options.nano.db.list()).not.toContain(database);
});

test("an agent is refused before anything is sent", async () => {
  const sent: unknown[] = [];
  const agentOptions = { dispatch: (request: unknown) => sent.push(request) } as never;
  const own = { ...options, nano: nano({ url: options.nano.config.url, agentOptions }) };
  await expect(apply(migrations, own)).rejects.toMatchObject({
    code: "invalid-settings",
    message: expect.stringContaining("`agentOptions`"),
  });
  expect(sent).toEqual([]);
  expect(await options.nano.db.list()).not.toContain(database);
});
