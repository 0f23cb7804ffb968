/** Users on the tests' server. */
import { pbkdf2Sync } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { isAtLeast } from "../../src/couch/version.js";
import { apply, loadMigrations, plan } from "../../src/index.js";
import { databaseName, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must, request, until } from "../support/request.js";
import { onReal, server } from "../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";

const password = " a✓ — long enough ";
const pathOf = (name: string) => `/_users/org.couchdb.user:${name}`;
const read = (name: string) => must(server(), "GET", pathOf(name));

/** A name that no other test uses; the user is deleted when the test ends. */
function newName(): string {
  const name = uniqueName("user");
  onTestFinished(async () => {
    const { status, body } = await request(server(), "GET", pathOf(name));
    if (status === 200) await must(server(), "DELETE", `${pathOf(name)}?rev=${body._rev}`);
  });
  return name;
}

/** Eventually: for a moment, CouchDB uses its cached document. */
async function expectLogin(name: string, as: string, roles: string[] | number): Promise<void> {
  await expect.poll(() => login(name, as), { timeout: 20_000 }).toEqual(roles);
}

async function login(name: string, as: string): Promise<string[] | number> {
  const { status, body } = await request(server(), "GET", "/_session", { as: { name, password: as } });
  return status === 200 ? body.userCtx.roles : status;
}

/** A runner whose ledger is in a separate database, behind a proxy. */
async function runner() {
  const proxy = await startProxy(server().url);
  onTestFinished(proxy.close);
  const ledgerDatabase = databaseName("ledger");
  await must(server(), "PUT", `/${ledgerDatabase}`);
  const { admin } = server();
  const connection = { url: proxy.url, username: admin.name, password: admin.password };
  const options = { connection, ledgerDatabase, wait: 5_000, leaseTtl: 5_000 };
  const load = async (spec: object) => {
    const folder = await makeFolder();
    onTestFinished(() => removeFolder(folder));
    await writeFiles(folder, { "1.yaml": `- id: user\n  ensureUser: ${JSON.stringify(spec)}\n` });
    return loadMigrations(folder, { env: {} });
  };
  return {
    proxy,
    apply: async (spec: object) => apply(await load(spec), options),
    plan: async (spec: object) => plan(await load(spec), { ...options, verify: true }),
  };
}

it("scenario 23: a user's roles change without the password, and the login still works", async () => {
  const name = newName();
  const run = await runner();
  await run.apply({ name, password, roles: ["zerg"] });
  const { derived_key, salt } = await read(name);
  await expectLogin(name, password, ["zerg"]);
  expect(await run.apply({ name, roles: ["queen"], fields: { email: "k@example.com" } })).toMatchObject({
    applied: ["user"],
  });
  expect(await read(name)).toMatchObject({ derived_key, salt, email: "k@example.com" });
  await expectLogin(name, password, ["queen"]);
});

it("another password is set with a new salt, so that it works immediately and the old one no longer does", async () => {
  const name = newName();
  const run = await runner();
  await run.apply({ name, password, roles: ["zerg"] });
  await expectLogin(name, password, ["zerg"]);
  const { salt } = await read(name);
  await run.apply({ name, password: "another", roles: ["zerg"] });
  await expectLogin(name, "another", ["zerg"]);
  await expectLogin(name, password, 401);
  expect((await read(name)).salt).not.toBe(salt);
});

describe("a password that CouchDB hashed is recognised without a login", () => {
  it.each([
    ["by CouchDB", {}],
    ["in the old format", legacy(password)],
  ])("%s", async (_, hash) => {
    const name = newName();
    const plain = "salt" in hash ? {} : { password };
    await must(server(), "PUT", pathOf(name), { body: { name, type: "user", roles: [], ...plain, ...hash } });
    const { _rev } = await read(name);
    const run = await runner();
    expect(await run.plan({ name, password: "another" })).toMatchObject({ changes: 1 });
    expect(await run.apply({ name, password })).toMatchObject({ adopted: ["user"] });
    expect((await read(name))._rev).toBe(_rev);
    // CouchDB locks an account after five failed logins.
    for (let i = 0; i < 6; i += 1) await run.plan({ name, password: `wrong ${i}` });
    await expectLogin(name, password, []);
  });
});

it("a missing user is not created without a password", async () => {
  const name = newName();
  const run = await runner();
  expect((await run.plan({ name })).steps).toMatchObject([{ action: "refused" }]);
  const { failures } = await run.apply({ name });
  expect(failures).toMatchObject([{ code: "refused", message: expect.stringContaining("without a password") }]);
  expect((await request(server(), "GET", pathOf(name))).status).toBe(404);
});

it("a deleted user is created again", async () => {
  const name = newName();
  const run = await runner();
  await run.apply({ name, password });
  await must(server(), "DELETE", `${pathOf(name)}?rev=${(await read(name))._rev}`);
  expect(await run.plan({ name, password })).toMatchObject({ changes: 1, steps: [{ action: "create" }] });
});

onReal("scenario 24", () => {
  it.skipIf(!isAtLeast(server().version, "3.4"))(
    "a login (which hashes the password again) between the run's GET and its PUT is kept, and so is the run's change",
    async () => {
      const name = newName();
      const user = { name, type: "user", roles: ["zerg"], ...legacy(password) };
      const { rev } = await must(server(), "PUT", pathOf(name), { body: user });
      const run = await runner();
      const loggedIn = async () => {
        await expectLogin(name, password, ["zerg"]);
        await until(
          () => read(name),
          ({ _rev }) => _rev !== rev,
        );
      };
      run.proxy.faultWhen(({ method, path }) => method === "PUT" && path.startsWith("/_users/"), { before: loggedIn });
      expect(await run.apply({ name, roles: ["queen"] })).toMatchObject({ applied: ["user"], failures: [] });
      const statuses = run.proxy.writes().filter(({ path }) => path.startsWith("/_users/"));
      expect(statuses.map(({ status }) => status)).toEqual([undefined, 409, 201]);
      expect(await read(name)).toMatchObject({ roles: ["queen"], pbkdf2_prf: "sha256" });
      await expectLogin(name, password, ["queen"]);
    },
  );
});

onReal("conflicting revisions", () => {
  it("cause a warning, because CouchDB refuses the login", async () => {
    const name = newName();
    const run = await runner();
    await run.apply({ name, password });
    const other = { _id: `org.couchdb.user:${name}`, _rev: `1-${"0".repeat(32)}`, name, type: "user", roles: [] };
    await must(server(), "POST", "/_users/_bulk_docs", { body: { docs: [other], new_edits: false } });
    await expectLogin(name, password, 401);
    const { steps, warnings } = await run.plan({ name, password });
    expect(steps.flatMap(({ changes }) => changes)).toEqual([]);
    expect(warnings).toMatchObject([{ id: "user" }]);
  });
});

/** A hash as before CouchDB 3.4. */
function legacy(of: string) {
  const key = pbkdf2Sync(of, "5a17", 10, 20, "sha1").toString("hex");
  return { password_scheme: "pbkdf2", salt: "5a17", iterations: 10, derived_key: key };
}
