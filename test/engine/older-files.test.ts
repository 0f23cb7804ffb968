/** Files that are older than what is applied, from the file to the server and back. */
import { EventEmitter, once as oneOf } from "node:events";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type ApplyOptions,
  accept,
  apply,
  correctRelease,
  forget,
  type Listener,
  plan,
  status,
} from "../../src/index.js";
import { takeLease } from "../../src/ledger/lease.js";
import { planMarkdown } from "../../src/render/plan-markdown.js";
import { planText } from "../../src/render/plan-text.js";
import { plain } from "../../src/render/style.js";
import { connect, options as leaseOptions } from "../ledger/clients.js";
import { databaseName, uniqueName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { filesOf as files, ownSet } from "./own-set.js";

let database: string;
let options: ApplyOptions;

beforeEach(async () => {
  database = databaseName("older");
  options = await ownSet();
});

const made = () => `- id: made\n  ensureDatabase: { name: ${database} }\n`;
const members = (...roles: string[]) =>
  `- id: members\n  ensureSecurity: { database: ${database}, members: { roles: [${roles}] } }\n`;
const version = (...roles: string[]) => files(made() + members(...roles));
const broken = () => `- id: broken\n  ensureSecurity: { database: ${database}-typo }\n`;

const once = (legs: number) => `- id: once\n  transformDocuments: { database: ${database}, set: { /legs: ${legs} } }\n`;

async function ledger(): Promise<unknown> {
  return must(server(), "GET", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
}

async function roles(): Promise<unknown> {
  return (await must(server(), "GET", `/${database}/_security`)).members.roles.toSorted();
}

const skipped = { result: "older", applied: [], requests: { writes: 0 } };

describe("a revert commit that brings a version back exactly", () => {
  test("changes nothing, and says so", async () => {
    const first = await version("x");
    await apply(first, options);
    await apply(await version("x", "intruder"), options);
    expect(await apply(first, options)).toMatchObject({
      ...skipped,
      skipped: ["made", "members"],
      older: { by: "version", next: expect.stringContaining("--allow-revert") },
    });
    expect(await roles()).toEqual(["intruder", "x"]);
    const planned = await plan(first, { ...options, verify: true });
    expect(planned).toMatchObject({ changes: 0, older: { by: "version" } });
    expect(planned.steps.map(({ state, action, notes }) => [state, action, notes.join()])).toEqual([
      ["older", "none", ""],
      ["older", "none", "differs from what is applied"],
    ]);
    expect(await status(first, options)).toMatchObject({ older: { by: "version" } });
  });

  test("is applied if going back is allowed, and then the other version is older", async () => {
    const [first, second] = [await version("x"), await version("x", "intruder")];
    await apply(first, options);
    await apply(second, options);
    const back = await apply(first, { ...options, allowRevert: true });
    expect(back).toMatchObject({ applied: ["members"], warnings: [{ code: "reverted" }] });
    expect(await roles()).toEqual(["x"]);
    expect(await apply(first, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    expect(await apply(second, options)).toMatchObject(skipped);
    expect(await roles()).toEqual(["x"]);
  });

  test("is planned as a revert in every format, if going back is allowed", async () => {
    const [first, second] = [await version("x"), await version("x", "intruder")];
    await apply(first, options);
    await apply(second, options);
    const back = await plan(first, { ...options, allowRevert: true });
    expect(back).toMatchObject({ changes: 1, warnings: [{ code: "reverted" }] });
    for (const text of [planText(back, plain, { columns: 300 }), planMarkdown(back)])
      expect(text).toContain("makes these older files the newest");
    expect((await plan(second, { ...options, allowRevert: true })).warnings).toEqual([]);
  });

  test("is applied like any other files if it has another change", async () => {
    await apply(await version("x"), options);
    await apply(await version("x", "intruder"), options);
    const more = await files(
      `${made()}${members("x")}- id: indexes\n  ensureIndexes: { database: ${database}, indexes: { by-age: { index: { fields: [age] } } } }\n`,
    );
    expect(await apply(more, options)).toMatchObject({ applied: ["members", "indexes"] });
    expect(await roles()).toEqual(["x"]);
  });

  test("throws with onOlder: fail, and still reports what it did", async () => {
    await apply(await version("x"), options);
    await apply(await version("y"), options);
    await expect(apply(await version("x"), { ...options, onOlder: "fail" })).rejects.toMatchObject({
      code: "older-files",
      exitCode: 1,
      data: { result: { result: "older" } },
    });
  });
});

describe("a pod of the previous version", () => {
  test("does not undo the fix of a version that failed", async () => {
    const first = await files(made() + members("x") + broken());
    const failed = await apply(first, { ...options, concurrency: 1 });
    expect(failed).toMatchObject({ result: "failed", applied: ["made", "members"] });
    const fixed = await version("y");
    expect(await apply(fixed, options)).toMatchObject({ applied: ["members"] });
    expect(await apply(first, options)).toMatchObject({ ...skipped, failures: [] });
    expect(await roles()).toEqual(["y"]);
    expect(await apply(fixed, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test("changes nothing if the new version has failed", async () => {
    const first = await version("x");
    await apply(first, options);
    const failing = await files(made() + members("y") + broken());
    expect(await apply(failing, { ...options, concurrency: 1 })).toMatchObject({ result: "failed" });
    expect(await apply(first, options)).toMatchObject(skipped);
    expect(await roles()).toEqual(["y"]);
  });

  describe("still has the newest files if the new version failed before it wrote anything", () => {
    test.each([
      ["as the ledger refuses a step", () => once(6), "changed-one-time-step"],
      ["as nothing creates a database", broken, "refused"],
      [
        "as a step would destroy something",
        () => `- id: gone\n  removeDatabase: { name: ${database}-other }\n`,
        "refused",
      ],
    ])("%s", async (_, failing, code) => {
      const first = await files(made() + members("x") + once(4));
      await apply(first, options);
      await must(server(), "PUT", `/${database}-other`);
      const before = await ledger();
      const second = await apply(await files(made() + failing() + members("y")), { ...options, concurrency: 1 });
      expect(second).toMatchObject({ result: "failed", applied: [], failures: [{ code }] });
      expect(await ledger()).toEqual(before);
      expect(await apply(first, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
      await must(server(), "PUT", `/${database}/_security`, { body: { members: { roles: ["by hand"] } } });
      expect(await apply(first, { ...options, verify: true })).toMatchObject({ applied: ["members"] });
      expect(await roles()).toEqual(["x"]);
    });
  });

  test("still has the newest files if a step of the new version failed before its first write", async () => {
    const first = await files(made() + members("x"));
    await apply(first, options);
    const proxy = await startProxy(server().url);
    let looks = 0;
    const isSecondLook = ({ method, path }: { readonly method: string; readonly path: string }) => {
      if (method === "GET" && path.startsWith(`/${database}/_local/`)) looks += 1;
      return looks > 1;
    };
    proxy.faultWhen(isSecondLook, { status: 400 });
    const second = await apply(await files(made() + once(6)), {
      ...options,
      connection: { ...options.connection, url: proxy.url },
    });
    await proxy.close();
    expect(second).toMatchObject({ applied: [], failures: [{ id: "once" }] });
    expect(looks).toBeGreaterThan(1);
    expect(await apply(first, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test("is older if the new version failed after only recording a step that already held", async () => {
    const first = await version("x");
    await apply(first, options);
    await must(server(), "PUT", `/${database}/_security`, { body: { members: { roles: ["y"] } } });
    const second = await files(made() + members("y") + broken());
    expect(await apply(second, { ...options, concurrency: 1 })).toMatchObject({ adopted: ["members"], applied: [] });
    expect(await apply(first, options)).toMatchObject(skipped);
  });

  test("does not bring back the admin that the new version removes", async () => {
    const name = uniqueName("admin");
    const first = await files(`${made()}- id: admin\n  ensureAdmin: { name: ${name}, password: creep-and-more }\n`);
    await apply(first, options);
    const second = await files(`${made()}- id: no-admin\n  removeAdmin: { name: ${name}, allowDestroy: true }\n`);
    expect(await apply(second, options)).toMatchObject({ applied: ["no-admin"] });
    for (const verify of [false, true]) expect(await apply(first, { ...options, verify })).toMatchObject(skipped);
    expect((await request(server(), "GET", `/_node/_local/_config/admins/${name}`)).status).toBe(404);
  });

  test("changes nothing if the new version only dropped a step", async () => {
    const first = await version("x");
    await apply(first, options);
    expect(await apply(await files(made()), options)).toMatchObject({ result: "unchanged" });
    await must(server(), "PUT", `/${database}/_security`, { body: { members: { roles: ["by hand"] } } });
    expect(await apply(first, { ...options, verify: true })).toMatchObject(skipped);
    expect(await roles()).toEqual(["by hand"]);
  });

  test("is still older after a step was forgotten or accepted", async () => {
    const [first, second] = [await version("x"), await version("y")];
    await apply(first, options);
    await apply(second, options);
    await forget("members", options);
    expect(await apply(first, options)).toMatchObject(skipped);
    await apply(second, options);
    await accept("members", first, options);
    expect(await apply(first, options)).toMatchObject(skipped);
    expect(await roles()).toEqual(["y"]);
  });

  test("is not refused for what it would not do anyway", async () => {
    const first = await files(made() + once(4));
    await apply(first, options);
    const second = await files(members("y") + once(6));
    await accept("once", second, options);
    expect(await apply(second, options)).toMatchObject({ applied: ["members"], unchanged: ["once"] });
    expect(await apply(first, options)).toMatchObject({ ...skipped, failures: [] });
  });

  test("is not older if its set was never noted", async () => {
    const first = await version("x");
    await apply(first, options);
    await must(server(), "DELETE", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
    expect(await apply(await version("x"), options)).toMatchObject({ adopted: ["made", "members"] });
  });
});

describe("a run of one part", () => {
  const part = { number: 1, of: 2 };
  const partly = (legs: number) =>
    `${made()}- id: once-${legs}\n  transformDocuments: { database: ${database}, set: { /legs: ${legs} } }\n`;

  test("notes its version before it divides the work, so that other files become older", async () => {
    const first = await version("x");
    await apply(first, options);
    const second = await files(partly(6));
    expect(await apply(second, { ...options, part })).toMatchObject({ part: { open: [2] } });
    expect(await apply(first, options)).toMatchObject(skipped);
    expect(await apply(second, { ...options, part: { number: 2, of: 2 } })).toMatchObject({ applied: ["once-6"] });
  });

  test("notes nothing if the work can't be divided", async () => {
    const first = await files(made() + once(4));
    await apply(first, options);
    const changed = await files(made() + once(6));
    const late = await apply(changed, { ...options, part });
    expect(late).toMatchObject({ failures: [{ code: "changed-one-time-step" }] });
    expect(await apply(first, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test("with older files does nothing, and says so", async () => {
    const first = await files(partly(4));
    expect(await apply(first, { ...options, part })).toMatchObject({ part: { open: [2] } });
    await apply(await version("y"), options);
    const late = await apply(first, { ...options, part: { number: 2, of: 2 } });
    expect(late).toMatchObject({ ...skipped, older: { by: "version" } });
  });

  test("that waited for another process, with files that became older meanwhile, changes no document", async () => {
    const first = await files(partly(4));
    await apply(first, { ...options, part });
    await must(server(), "PUT", `/${database}/late`, { body: {} });
    const place = {
      database: options.ledgerDatabase ?? "",
      set: "default",
      own: false,
      part: { step: "once-4", number: 2 },
    };
    const lease = await takeLease(connect(server()), place, leaseOptions("other"));
    const events = new EventEmitter();
    const emit: Listener = ({ type }) => void events.emit(type);
    const waiting = oneOf(events, "lease-waiting");
    const late = apply(first, { ...options, part: { number: 2, of: 2 }, emit });
    await waiting;
    await apply(await version("y"), options);
    await lease.release();
    expect(await late).toMatchObject({ result: "older", applied: [], older: { by: "version" } });
    expect(await must(server(), "GET", `/${database}/late`)).not.toHaveProperty("legs");
  });

  test("that was already under way, with files that became older meanwhile, writes nothing more", async () => {
    const first = await files(partly(4));
    const docs = Array.from({ length: 24 }, (_, i) => ({ _id: `a${i}` }));
    await must(server(), "PUT", `/${database}`);
    await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
    const proxy = await startProxy(server().url);
    const second = await version("y");
    let writesBefore = Number.POSITIVE_INFINITY;
    const during = async () => {
      await apply(second, options);
      writesBefore = proxy.writes().length;
    };
    proxy.faultWhen(({ path }) => path.startsWith(`/${database}/_bulk_docs`), { during });
    // Few documents per batch, so that there are several batches.
    const slow = { ...options, rate: 4, connection: { ...options.connection, url: proxy.url } };
    const late = await apply(first, { ...slow, part });
    const after = proxy.writes().slice(writesBefore);
    await proxy.close();
    expect(late).toMatchObject({ result: "older", applied: [], older: { by: "version" } });
    expect(after.filter(({ path }) => path.startsWith(`/${database}/`))).toEqual([]);
    const { rows } = await must(server(), "GET", `/${database}/_all_docs?include_docs=true`);
    const changed = rows.filter(({ doc }: { doc: { legs?: number } }) => doc.legs === 4);
    expect(changed.length).toBe(4);
  });
});

test("the version is noted once, before the first write of a step", async () => {
  const proxy = await startProxy(server().url);
  const connection = { ...options.connection, url: proxy.url };
  const more = ["a", "b", "c"].map((name) => `- id: ${name}\n  ensureDatabase: { name: ${database}-${name} }\n`);
  const set = await files(made() + members("x") + more.join(""));
  await apply(set, { ...options, connection });
  const writes = proxy.requests
    .filter(({ method, path }) => method !== "GET" && !path.includes("lease-") && !path.includes("_dbs_info"))
    .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`);
  await proxy.close();
  const ledger = `PUT /${options.ledgerDatabase}/_local/couchdb-migrate-default`;
  expect(writes.indexOf(ledger)).toBeLessThan(writes.findIndex((write) => write.startsWith(`PUT /${database}`)));
  expect(writes.filter((write) => write === ledger)).toHaveLength(2);
  const { versions } = await must(server(), "GET", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
  expect(Object.values(versions)).toEqual([1]);
});

test("a place that somebody set to the highest number made the ledger unreadable", async () => {
  const [first, second] = [await version("x"), await version("y")];
  await apply(first, options);
  const { _id, _rev, ...edited } = (await ledger()) as { _id: string; _rev: string; versions: object };
  const versions = Object.fromEntries(Object.keys(edited.versions).map((one) => [one, Number.MAX_SAFE_INTEGER]));
  const at = `/${options.ledgerDatabase}/_local/couchdb-migrate-default`;
  await must(server(), "PUT", at, { body: { ...edited, _rev, versions } });
  expect(await apply(second, options)).toMatchObject({ applied: ["members"] });
  expect(await apply(second, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  expect(await apply(first, options)).toMatchObject(skipped);
  await correctRelease("3", options);
  expect(await status(second, options)).toMatchObject({ release: "3" });
});

test("a run that can't note its version writes nothing, and says why", async () => {
  const proxy = await startProxy(server().url);
  const first = await version("x");
  await apply(first, options);
  const connection = { ...options.connection, url: proxy.url };
  proxy.faultWhen(
    ({ method, path }) => method === "PUT" && path.includes("_local/couchdb-migrate"),
    { status: 400 },
    99,
  );
  const failed = apply(await version("y"), { ...options, connection });
  await expect(failed).rejects.toMatchObject({
    code: "request-failed",
    data: { result: { result: "failed", applied: [], failures: [] } },
  });
  const sent = proxy.requests.filter(({ method, path }) => method === "PUT" && path.includes("_security"));
  await proxy.close();
  expect(sent).toEqual([]);
  expect(await roles()).toEqual(["x"]);
  expect(await apply(first, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
});

test("a version stays noted if its run is killed right after, even if no step is recorded", async () => {
  const proxy = await startProxy(server().url);
  const first = await version("x");
  await apply(first, options);
  const second = await version("y");
  proxy.faultWhen(({ method, path }) => method === "PUT" && path.includes("_security"), { status: 500 }, 99);
  const failed = await apply(second, { ...options, connection: { ...options.connection, url: proxy.url } });
  await proxy.close();
  expect(failed).toMatchObject({ result: "failed", applied: [] });
  expect(await apply(first, options)).toMatchObject(skipped);
  expect(await apply(second, options)).toMatchObject({ applied: ["members"] });
});

describe("a Secret", () => {
  const user = () => `- id: user\n  ensureUser: { name: ${database}, password: "\${PASSWORD}" }\n`;
  const withPassword = (PASSWORD: string, more = "") => files(user() + more, { PASSWORD });
  const loggedIn = async (password: string) =>
    (await request({ url: server().url, admin: { name: database, password } }, "GET", "/_session")).status;

  test("that was replaced is not restored by a pod that still has it", async () => {
    await apply(await withPassword("creep-and-more"), options);
    expect(await apply(await withPassword("spore-and-more"), options)).toMatchObject({ applied: ["user"] });
    expect(await apply(await withPassword("creep-and-more"), options)).toMatchObject({
      ...skipped,
      older: { by: "secrets" },
    });
    expect(await loggedIn("spore-and-more")).toBe(200);
    expect(await apply(await withPassword("spore-and-more"), options)).toMatchObject({
      result: "unchanged",
      requests: { writes: 0 },
    });
    const back = { ...options, allowRevert: true };
    expect(await apply(await withPassword("creep-and-more"), back)).toMatchObject({ applied: ["user"] });
    expect(await apply(await withPassword("spore-and-more"), options)).toMatchObject(skipped);
    await request(server(), "DELETE", `/_users/org.couchdb.user:${database}`);
  });

  test("that is new, in a run that fails before it writes anything, does not make the other one older", async () => {
    const before = `- id: before\n  ensureSecurity: { database: ${database}-typo }\n`;
    await apply(await withPassword("creep-and-more"), options);
    const failing = await files(before + user(), { PASSWORD: "spore-and-more" });
    expect(await apply(failing, options)).toMatchObject({ result: "failed", applied: [] });
    expect(await apply(await withPassword("creep-and-more"), options)).toMatchObject({
      result: "unchanged",
      requests: { writes: 0 },
    });
    expect(await loggedIn("creep-and-more")).toBe(200);
    await request(server(), "DELETE", `/_users/org.couchdb.user:${database}`);
  });

  test("that was replaced is recognised even if the run that replaced it failed", async () => {
    const fails = `- id: broken\n  ensureSecurity: { database: ${database}-typo }\n`;
    await apply(await withPassword("creep-and-more", fails), options);
    const replaced = await apply(await withPassword("spore-and-more", fails), options);
    expect(replaced).toMatchObject({ result: "failed", applied: ["user"] });
    expect(await apply(await withPassword("creep-and-more", fails), options)).toMatchObject({
      ...skipped,
      older: { by: "secrets" },
    });
    expect(await loggedIn("spore-and-more")).toBe(200);
    await request(server(), "DELETE", `/_users/org.couchdb.user:${database}`);
  });
});

test("after a crash, an admin that rotates its own password does not count as older", async () => {
  const { url } = server();
  const [name, other] = [uniqueName("admin"), uniqueName("user")];
  const own = (password: string, previousPassword?: string, at = url) => ({
    ...options,
    connection: { url: at, username: name, password, ...(previousPassword ? { previousPassword } : {}) },
  });
  const set = (password: string) =>
    files(
      `- id: admin\n  ensureAdmin: { name: "\${NAME}", password: "\${PASSWORD}" }\n- id: user\n  ensureUser: { name: ${other}, password: creep-and-more }\n`,
      { NAME: name, PASSWORD: password },
    );
  await apply(await set("first-pass"), { ...options, set: "beforehand" });
  await apply(await set("first-pass"), own("first-pass"));
  const proxy = await startProxy(url);
  proxy.faultWhen(({ method, path }) => method === "PUT" && path.includes("/_config/admins/"), { status: 400 }, 99);
  const broken = await apply(await set("second-pass"), own("second-pass", "first-pass", proxy.url));
  await proxy.close();
  expect(broken).toMatchObject({ result: "failed" });
  expect(await apply(await set("first-pass"), own("first-pass"))).toMatchObject({ result: "unchanged" });
  const rotated = await apply(await set("second-pass"), own("second-pass", "first-pass"));
  expect(rotated).toMatchObject({ applied: ["admin"] });
  expect(await apply(await set("second-pass"), own("second-pass"))).toMatchObject({
    result: "unchanged",
    requests: { writes: 0 },
  });
  await request(server(), "DELETE", `/_node/_local/_config/admins/${name}`);
  await request(server(), "DELETE", `/_users/org.couchdb.user:${other}`);
});

describe("a release", () => {
  const at = (release: number | string) => ({ ...options, release });

  test("that is lower changes nothing, and a higher one is applied, whatever the files are", async () => {
    const [first, second] = [await version("x"), await version("y")];
    await apply(first, at(1));
    expect(await apply(second, at(2))).toMatchObject({ applied: ["members"] });
    expect(await apply(first, at(1))).toMatchObject({
      ...skipped,
      older: { by: "release", release: "1", appliedRelease: "2" },
    });
    expect(await apply(first, at(3))).toMatchObject({ applied: ["members"] });
    expect(await roles()).toEqual(["x"]);
    expect(await apply(second, at(2))).toMatchObject(skipped);
    expect(await status(second, at(2))).toMatchObject({ older: { by: "release" }, release: "3" });
  });

  test("that is higher is not noted if its run fails before it writes anything", async () => {
    const first = await version("x");
    await apply(first, at(1));
    const failing = await files(made() + broken() + members("y"));
    expect(await apply(failing, { ...at(2), concurrency: 1 })).toMatchObject({ result: "failed", applied: [] });
    expect(await apply(first, at(1))).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test("that is higher is noted even if nothing else is pending, and costs nothing in later runs", async () => {
    const first = await version("x");
    await apply(first, at(1));
    expect(await apply(first, at(2))).toMatchObject({ result: "unchanged", applied: [] });
    expect(await apply(first, at(2))).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    expect(await apply(first, at(1))).toMatchObject(skipped);
  });

  test("that is lower is refused for files that were never seen, and the message names the solution", async () => {
    await apply(await version("y"), at(2));
    const first = await version("x");
    const refused = { code: "release-refused", exitCode: 1, next: expect.stringContaining("--ledger-database") };
    await expect(apply(first, at(1))).rejects.toMatchObject(refused);
    const { exitCode: _, ...shown } = refused;
    const planned = await plan(first, at(1));
    expect(planned).toMatchObject({ changes: 0, refused: shown, steps: [{}, { applies: false }] });
    for (const text of [planText(planned, plain, { columns: 500 }), planMarkdown(planned)]) {
      expect(text).toMatch(/REFUSED[\s\S]*release 1 is lower than the applied release 2/);
      expect(text).toContain("Give them a higher release; if");
    }
    const { warnings } = await status(first, at(1));
    expect(warnings).toMatchObject([
      { code: "release-refused", message: expect.stringContaining("Give them a higher") },
    ]);
    expect(await roles()).toEqual(["y"]);
    await correctRelease("none", options);
    expect(await apply(first, at(1))).toMatchObject({ applied: ["members"] });
  });

  test("in the other form is refused until the recorded one is corrected", async () => {
    const first = await version("x");
    await apply(first, at(1));
    await expect(apply(first, at("2026-05-01T12:00:00+02:00"))).rejects.toMatchObject({ code: "release-refused" });
    await correctRelease("2026-05-01T10:00:00Z", options);
    expect(await apply(first, at("2026-05-01T12:00:00+02:00"))).toMatchObject({
      result: "unchanged",
      requests: { writes: 0 },
    });
  });

  test("is not corrected in a mistyped set: there is no ledger, and none is created", async () => {
    await apply(await version("x"), at(1));
    const mistyped = { ...options, set: uniqueName("set") };
    for (const release of ["2", "none"]) {
      await expect(correctRelease(release, mistyped)).rejects.toMatchObject({ code: "not-in-ledger" });
    }
    const ledger = `/${options.ledgerDatabase}/_local/couchdb-migrate-${mistyped.set}`;
    expect((await request(server(), "GET", ledger)).status).toBe(404);
  });

  test("that is invalid is refused before anything is sent", async () => {
    await expect(apply(await version("x"), at("v7"))).rejects.toMatchObject({ code: "invalid-settings" });
  });
});
