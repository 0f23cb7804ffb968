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

test("a cookie is refused before anything is sent", async () => {
  const own = { ...options, nano: nano({ url: server().url, cookie: "AuthSession=x" }) };
  await expect(apply(migrations, own)).rejects.toMatchObject({ code: "invalid-settings" });
});
