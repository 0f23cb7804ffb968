/** Two services that use the same ids, and steps that were renamed. */
import { beforeEach, describe, expect, test } from "vitest";
import { type ApplyOptions, accept, apply, forget, loadMigrations, plan, status } from "../../src/index.js";
import { databaseName, uniqueName } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { filesOf, ownSet } from "./own-set.js";

let database: string;
let other: string;
let options: ApplyOptions;

beforeEach(async () => {
  database = databaseName("shared");
  other = databaseName("shared");
  options = await ownSet();
});

const files = (...steps: string[]) => filesOf(steps.join(""));

const made = (name: string, id = "made") => `- id: ${id}\n  ensureDatabase: { name: ${name} }\n`;
const members = (name: string, role: string) =>
  `- id: members\n  ensureSecurity: { database: ${name}, members: { roles: [${role}] } }\n`;

describe("two services without --set that use the same ids", () => {
  test("are told apart: the second is refused, and writes nothing", async () => {
    await apply(await files(made(database), members(database, "a")), options);
    const second = await files(made(other), members(other, "b"));
    const { failures, applied } = await apply(second, options);
    expect(applied).toEqual([]);
    expect(failures).toMatchObject(["made", "members"].map((id) => ({ id, code: "id-reused" })));
    for (const text of [database, other]) expect(failures[0]?.message).toContain(text);
    const forgets = `\`couchdb-migrate ledger forget made --ledger-database ${options.ledgerDatabase}\``;
    for (const text of ["--set", "a new id", forgets]) expect(failures[0]?.next).toContain(text);
    expect((await request(server(), "GET", `/${other}`)).status).toBe(404);
    expect((await plan(second, options)).steps.map(({ action }) => action)).toEqual(["refused", "refused"]);
  });

  test("are told apart before the second is noted: the files of the first do not become older", async () => {
    const first = await files(made(database), members(database, "a"));
    await apply(first, options);
    const second = await files(made(other), members(other, "b"));
    expect(await apply(second, options)).toMatchObject({ failures: [{ id: "made" }, { id: "members" }] });
    await request(server(), "DELETE", `/${database}`);
    expect(await apply(first, options)).toMatchObject({ applied: ["made", "members"] });
  });

  test("are told apart before the second writes something else: its user is not created", async () => {
    const first = await files(made(database));
    await apply(first, options);
    const name = `user-${other}`;
    const second = await files(`- id: user\n  ensureUser: { name: ${name}, password: creep-and-more }\n`, made(other));
    expect(await apply(second, options)).toMatchObject({
      failures: [{ id: "made" }],
      notReached: ["user"],
      applied: [],
    });
    expect((await request(server(), "GET", `/_users/org.couchdb.user:${name}`)).status).toBe(404);
    expect(await apply(first, options)).toMatchObject({ result: "unchanged" });
  });

  test("work with a set each; status warns if both claim the same object", async () => {
    await apply(await files(made(database), members(database, "a")), options);
    const second = await files(made(other), members(other, "b"), made(database, "theirs"));
    expect(await apply(second, { ...options, set: "second" })).toMatchObject({ applied: ["made", "members"] });
    const { warnings } = await status(second, { ...options, set: "second" });
    expect(warnings).toMatchObject([{ code: "claimed-by-two-sets", id: "theirs" }]);
    expect(warnings[0]?.message).toContain(`database/${database}`);
    expect(warnings[0]?.message).toContain("default");
  });

  test("get a note in the plan for server-wide steps", async () => {
    const user = (name: string) => `- id: user\n  ensureUser: { name: ${name}, password: creep-and-more }\n`;
    const [one, two] = [uniqueName("user"), uniqueName("user")];
    await apply(await files(user(one)), options);
    const { steps } = await plan(await files(user(two)), options);
    expect(steps[0]?.notes.join()).toContain(`user/${one}`);
    await request(server(), "DELETE", `/_users/org.couchdb.user:${one}`);
  });

  test("are not refused once the previous database is gone", async () => {
    await apply(await files(made(database)), options);
    await must(server(), "DELETE", `/${database}`);
    expect(await apply(await files(made(other)), options)).toMatchObject({ applied: ["made"] });
  });
});

describe("a renamed one-time step", () => {
  const once = (id: string, more = "", legs = 1) =>
    `- id: ${id}\n${more}  transformDocuments: { database: ${database}, selector: { legs: { $exists: true } }, script: count.js }\n`.replace(
      "script: count.js",
      `script: count-${legs}.js`,
    );
  const counting = (by: number) => `export default (doc) => ({ ...doc, legs: doc.legs + ${by} });\n`;
  const load = async (...steps: string[]) => {
    const scripts = { "count-1.js": counting(1), "count-10.js": counting(10) };
    return loadMigrations(await tempFolder({ "001.yaml": steps.join(""), ...scripts }), { env: {} });
  };
  const legs = async () => (await must(server(), "GET", `/${database}/larva`)).legs;

  beforeEach(async () => {
    await must(server(), "PUT", `/${database}`);
    await must(server(), "PUT", `/${database}/larva`, { body: { legs: 1 } });
    await apply(await load(once("old")), options);
    expect(await legs()).toBe(2);
  });

  test("without formerly is refused, and not done again", async () => {
    const renamed = await load(once("new"));
    expect((await apply(renamed, options)).failures).toMatchObject([{ id: "new", code: "renamed-step" }]);
    expect(await legs()).toBe(2);
  });

  test("with formerly is recognised, and its former id is no longer in the ledger", async () => {
    const renamed = await load(once("new", "  formerly: [old]\n"));
    expect((await plan(renamed, options)).steps).toMatchObject([{ id: "new", state: "applied", action: "none" }]);
    expect(await apply(renamed, options)).toMatchObject({ result: "unchanged", unchanged: ["new"] });
    expect(await apply(renamed, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    expect((await status(undefined, options)).steps.map(({ id }) => id)).toEqual(["new"]);
    // If `formerly` is dropped later, the step is found under its own id.
    expect(await apply(await load(once("new")), options)).toMatchObject({ result: "unchanged", unchanged: ["new"] });
    expect(await legs()).toBe(2);
  });

  test("carries its marker over: it is not done again after the ledger is lost", async () => {
    await apply(await load(once("new", "  formerly: [old]\n")), options);
    await must(server(), "DELETE", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
    expect(await apply(await load(once("new")), options)).toMatchObject({ adopted: ["new"] });
    expect(await legs()).toBe(2);
  });

  test("finds its former marker if the ledger was lost before", async () => {
    await must(server(), "DELETE", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
    expect(await apply(await load(once("new", "  formerly: [old]\n")), options)).toMatchObject({ adopted: ["new"] });
    expect(await legs()).toBe(2);
  });

  test("that was also edited counts as changed: refused until it is accepted", async () => {
    const edited = await load(once("new", "  formerly: [old]\n", 10));
    const { failures } = await apply(edited, options);
    expect(failures).toMatchObject([{ id: "new", code: "changed-one-time-step" }]);
    const accepts = `ledger accept new ${edited.path} --ledger-database ${options.ledgerDatabase}`;
    expect(failures[0]?.next).toContain(`\`couchdb-migrate ${accepts}\``);
    await accept("new", edited, options);
    expect(await apply(edited, options)).toMatchObject({ result: "unchanged", unchanged: ["new"] });
    expect(await legs()).toBe(2);
  });

  test("is recognised under its former id after going back to the old files", async () => {
    await apply(await load(once("new", "  formerly: [old]\n")), options);
    const back = await apply(await load(once("old")), { ...options, allowRevert: true });
    expect(back).toMatchObject({ result: "unchanged", unchanged: ["old"], failures: [] });
    await must(server(), "DELETE", `/${options.ledgerDatabase}/_local/couchdb-migrate-default`);
    expect(await apply(await load(once("old")), options)).toMatchObject({ adopted: ["old"] });
    expect(await legs()).toBe(2);
  });

  test("that was edited and accepted is not done again when its former files come back", async () => {
    const edited = await load(once("new", "  formerly: [old]\n", 10));
    await accept("new", edited, options);
    await apply(edited, options);
    const back = await apply(await load(once("old")), { ...options, allowRevert: true });
    expect(back.failures).toMatchObject([{ id: "old", code: "renamed-step" }]);
    expect(await legs()).toBe(2);
  });

  test("may be done again after its entry is forgotten", async () => {
    await forget("old", options);
    expect(await apply(await load(once("new")), options)).toMatchObject({ applied: ["new"] });
    expect(await legs()).toBe(3);
  });

  test("that was applied under both ids is refused", async () => {
    expect(await apply(await load(once("old"), once("new")), options)).toMatchObject({ applied: ["new"] });
    const both = await load(once("new", "  formerly: [old]\n"));
    expect((await apply(both, options)).failures).toMatchObject([{ id: "new", code: "renamed-step" }]);
  });
});

test("a renamed step of a database keeps its place, and the old files are older", async () => {
  const old = await files(made(database, "old"));
  await apply(old, options);
  const renamed = await files(`- id: new\n  formerly: [older, old]\n  ensureDatabase: { name: ${database} }\n`);
  expect(await apply(renamed, options)).toMatchObject({ result: "unchanged", unchanged: ["new"], adopted: [] });
  expect((await plan(renamed, options)).orphaned).toEqual([]);
  expect(await apply(old, options)).toMatchObject({ result: "older", requests: { writes: 0 } });
});
