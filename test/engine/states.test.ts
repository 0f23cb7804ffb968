/** Every state that a step can be in between files, ledger and server, from the file to the server and back. */
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type ApplyOptions, accept, apply, forget, type Migrations, plan, status, unlock } from "../../src/index.js";
import { applyText } from "../../src/render/apply-text.js";
import { planText } from "../../src/render/plan-text.js";
import { plain } from "../../src/render/style.js";
import { databaseName } from "../support/databases.js";
import { startProxy } from "../support/proxy.js";
import { must, request, until } from "../support/request.js";
import { server } from "../support/servers.js";
import { filesOf, ownSet } from "./own-set.js";

let database: string;
let ledgerDatabase: string;
let options: ApplyOptions;

beforeEach(async () => {
  database = databaseName("states");
  const own = await ownSet();
  ({ ledgerDatabase } = own);
  options = own;
});

const made = () => `- id: made\n  ensureDatabase: { name: ${database} }\n`;
const members = (role: string, id = "members") =>
  `- id: ${id}\n  ensureSecurity: { database: ${database}, members: { roles: [${role}] } }\n`;

const files = (...steps: string[]) => filesOf(steps.join(""));

async function states(migrations: Migrations): Promise<Record<string, string>> {
  const planned = await plan(migrations, options);
  return Object.fromEntries(planned.steps.map(({ id, state, action }) => [id, `${state}, ${action}`]));
}

async function roles(): Promise<unknown> {
  return (await must(server(), "GET", `/${database}/_security`)).members.roles;
}

async function forgetLedger(): Promise<void> {
  const ledger = `/${ledgerDatabase}/_local/couchdb-migrate-default`;
  const { _rev } = await must(server(), "GET", ledger);
  await must(server(), "DELETE", `${ledger}?rev=${_rev}`);
}

/** A recreation within the same second can't be detected. */
async function recreate(): Promise<void> {
  const born = (await must(server(), "GET", `/${database}`)).instance_start_time;
  const again = async () => {
    await must(server(), "DELETE", `/${database}`);
    await must(server(), "PUT", `/${database}`);
    return (await must(server(), "GET", `/${database}`)).instance_start_time;
  };
  await until(again, (time) => time !== born);
}

/** Older versions can't tell a recreated database from the previous one. */
const hasIncarnations = server().isFrom("3.3");

describe("a step", () => {
  test("that is new is pending, then applied", async () => {
    const set = await files(made(), members("a"));
    expect(await states(set)).toEqual({ made: "pending, create", members: "pending, create" });
    expect(await apply(set, options)).toMatchObject({ result: "applied", applied: ["made", "members"] });
    expect(await states(set)).toEqual({ made: "applied, none", members: "applied, none" });
  });

  test("that was edited is changed, and applied again", async () => {
    await apply(await files(made(), members("a")), options);
    const edited = await files(made(), members("b"));
    expect(await states(edited)).toEqual({ made: "applied, none", members: "changed, update" });
    expect(await apply(edited, options)).toMatchObject({ applied: ["members"], unchanged: ["made"] });
    expect(await roles()).toEqual(["b"]);
  });

  test("in older files is skipped, unless going back is allowed", async () => {
    const older = await files(made(), members("a"));
    await apply(older, options);
    await apply(await files(made(), members("b")), options);
    expect(await states(older)).toEqual({ made: "older, none", members: "older, none" });
    expect(await apply(older, options)).toMatchObject({
      result: "older",
      skipped: ["made", "members"],
      requests: { writes: 0 },
    });
    expect(await roles()).toEqual(["b"]);
    expect(await apply(older, { ...options, allowRevert: true })).toMatchObject({ applied: ["members"] });
    expect(await roles()).toEqual(["a"]);
    expect(await states(older)).toMatchObject({ members: "applied, none" });
  });

  test("that is no longer in the files is orphaned, until it is forgotten", async () => {
    await apply(await files(made(), members("a")), options);
    const fewer = await files(made());
    const orphan = {
      id: "members",
      objects: [`security/${database}`],
      forget: `couchdb-migrate ledger forget members --ledger-database ${options.ledgerDatabase}`,
    };
    expect(await plan(fewer, options)).toMatchObject({ orphaned: ["members"], orphans: [orphan] });
    expect(await status(fewer, options)).toMatchObject({ orphaned: ["members"], orphans: [orphan] });
    expect(await apply(fewer, options)).toMatchObject({ result: "unchanged", applied: [] });
    expect(await apply(fewer, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    await forget("members", options);
    expect((await status(fewer, options)).orphaned).toEqual([]);
    await expect(forget("members", options)).rejects.toMatchObject({ code: "not-in-ledger" });
  });

  test("whose database another step removes is orphaned, and reported as gone only when it is", async () => {
    await apply(await files(made(), members("a")), options);
    const drop = await files(`- id: drop\n  removeDatabase: { name: ${database} }\n`);
    const notes = async (command: typeof plan | typeof status) =>
      (await command(drop, options)).orphans.map(({ note }) => note);
    const will = `step drop will remove database/${database}`;
    expect(await notes(plan)).toEqual([will, will]);
    expect(await apply(drop, { ...options, allowDestroy: true })).toMatchObject({
      applied: ["drop"],
      removed: ["drop"],
    });
    const has = `database/${database} was removed by step drop; nothing is left on the server`;
    expect([...(await notes(plan)), ...(await notes(status))]).toEqual([has, has, has, has]);
  });

  test("that is forgotten but still in the files is pending, and adopted because it holds", async () => {
    const set = await files(made(), members("a"));
    await apply(set, options);
    await forget("members", options);
    expect(await states(set)).toEqual({ made: "applied, none", members: "pending, adopt" });
    expect(await apply(set, options)).toMatchObject({ result: "unchanged", adopted: ["members"] });
  });

  test("that comes before applied ones is applied, with a note", async () => {
    await apply(await files(made()), options);
    const set = await files(
      `- id: before\n  ensureSecurity: { database: ${database}, members: { roles: [a] } }\n`,
      made(),
    );
    const planned = await plan(set, options);
    expect(planned.steps[0]?.notes.join()).toContain("later steps in the files are already applied");
    expect(await apply(set, options)).toMatchObject({ applied: ["before"], unchanged: ["made"] });
  });

  test("that was changed may be accepted: only the ledger is written", async () => {
    await apply(await files(made(), members("a")), options);
    const edited = await files(made(), members("b"));
    await accept("members", edited, options);
    expect(await apply(edited, options)).toMatchObject({ result: "unchanged", unchanged: ["made", "members"] });
    expect(await roles()).toEqual(["a"]);
    await expect(accept("nobody", edited, options)).rejects.toMatchObject({ code: "not-in-ledger" });
  });

  test("whose database was deleted is pending again", async () => {
    const set = await files(made(), members("a"));
    await apply(set, options);
    await must(server(), "DELETE", `/${database}`);
    expect(await states(set)).toEqual({ made: "pending, create", members: "pending, create" });
    expect(await apply(set, options)).toMatchObject({ applied: ["made", "members"] });
  });

  test.runIf(hasIncarnations)("whose database was recreated is pending again", async () => {
    const set = await files(made(), members("a"));
    await apply(set, options);
    await recreate();
    expect(await states(set)).toEqual({ made: "pending, adopt", members: "pending, update" });
    expect(await apply(set, options)).toMatchObject({ applied: ["members"], adopted: ["made"] });
    expect(await apply(set, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  });

  test.runIf(hasIncarnations).each([
    ["with the former ledger", async () => {}],
    ["without a ledger", async () => void (await forgetLedger())],
  ])("that is done once may be accepted in a restored database, %s: it does not run again", async (_, restored) => {
    const set = await files(
      made(),
      `- id: legs\n  transformDocuments: { database: ${database}, selector: {}, set: { /legs: 6 } }\n`,
    );
    await apply(set, options);
    await recreate();
    await must(server(), "PUT", `/${database}/larva`, { body: { legs: 4 } });
    await restored();
    await accept("legs", set, options);
    expect(await apply(set, options)).toMatchObject({ applied: [], adopted: ["made"], unchanged: ["legs"] });
    expect(await must(server(), "GET", `/${database}/larva`)).toMatchObject({ legs: 4 });
  });

  test("that drifted is shown, and repaired only with verify", async () => {
    const set = await files(made(), members("a"));
    await apply(set, options);
    await must(server(), "PUT", `/${database}/_security`, { body: { members: { names: ["eve"], roles: [] } } });
    const planned = await plan(set, options);
    expect(planned).toMatchObject({ changes: 0, steps: [{}, { state: "drifted", action: "update", applies: false }] });
    expect(await apply(set, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    expect((await plan(set, { ...options, verify: true })).changes).toBe(1);
    expect(await apply(set, { ...options, verify: true })).toMatchObject({ applied: ["members"] });
    expect(await roles()).toEqual(["a"]);
  });

  test("that fails stops the run: what was done is recorded, later steps are not started", async () => {
    const set = await files(
      made(),
      `- id: lost\n  ensureSecurity: { database: ${database}-typo }\n`,
      `- id: after\n  ensureAdmin: { name: nobody, password: x }\n`,
    );
    const result = await apply(set, { ...options, concurrency: 1 });
    expect(result).toMatchObject({ result: "failed", applied: ["made"], notReached: ["after"] });
    expect(result.failures).toMatchObject([{ id: "lost", database: `${database}-typo`, code: "refused" }]);
    expect(await states(await files(made()))).toEqual({ made: "applied, none" });
  });
});

describe("a pattern step that is applied", () => {
  const every = () => `- id: every\n  ensureSecurity: { database: "${database}-*", members: { roles: [a] } }\n`;
  const tenant = (letter: string) =>
    `- id: tenant-${letter}\n  ensureDatabase: { name: ${databaseName("states", server(), `${database}-${letter}`)} }\n`;

  test("works in a database that an earlier step of the same run creates", async () => {
    await apply(await files(tenant("a"), every()), options);
    const more = await files(tenant("a"), tenant("b"), every());
    expect(await states(more)).toMatchObject({ "tenant-b": "pending, create", every: "pending, create" });
    expect(await apply(more, options)).toMatchObject({ applied: ["tenant-b", "every"], unchanged: ["tenant-a"] });
    expect(await apply(more, options)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
    expect((await plan(more, { ...options, verify: true })).changes).toBe(0);
  });

  test("without a matching database is not called adopted, and applies to one that appears later", async () => {
    const set = await files(every());
    const planned = await plan(set, options);
    expect(planned).toMatchObject({ changes: 0, steps: [{ state: "pending", action: "none" }] });
    expect(planned.steps[0]?.notes).toEqual([expect.stringContaining("no database matches yet")]);
    expect(planText(planned, plain)).toMatch(/· .* no database matches yet/);
    const first = await apply(set, options);
    expect(first).toMatchObject({ result: "unchanged", unmatched: ["every"], adopted: [] });
    expect(applyText(first, plain)).toContain("1 step without a matching database");
    expect(await apply(set, options)).toMatchObject({ unmatched: [], unchanged: ["every"] });
    await must(server(), "PUT", `/${databaseName("states", server(), `${database}-a`)}`);
    expect(await apply(set, options)).toMatchObject({ applied: ["every"], unmatched: [] });
  });

  test("does not count drift that apply leaves alone when a new database holds it", async () => {
    const set = await files(tenant("a"), every());
    await apply(set, options);
    const security = { admins: { names: [], roles: [] }, members: { names: [], roles: ["a"] } };
    await must(server(), "PUT", `/${database}-a/_security`, { body: { ...security, members: { roles: ["other"] } } });
    await must(server(), "PUT", `/${databaseName("states", server(), `${database}-c`)}`);
    await must(server(), "PUT", `/${database}-c/_security`, { body: security });
    expect(await plan(set, options)).toMatchObject({ changes: 0, steps: [{}, { action: "adopt", changes: [] }] });
    expect(await apply(set, options)).toMatchObject({ result: "unchanged", adopted: ["every"] });
  });
});

describe("secrets", () => {
  test("from a newer version of the files do not make an older one write", async () => {
    const admins = (role: string, ...passwords: string[]) =>
      passwords.map(
        (password, i) =>
          `- id: user-${i}\n  ensureUser: { name: ${database}-${i}, password: ${password}, roles: [${role}${i === 0 ? "" : "-x"}] }\n`,
      );
    const older = await files(...admins("one", "first-pass", "same-pass"));
    await apply(older, options);
    const newer = await files(
      ...admins("two", "second-pass", "same-pass").slice(0, 1),
      ...admins("one", "first-pass", "same-pass").slice(1),
    );
    expect(await apply(newer, options)).toMatchObject({ applied: ["user-0"] });
    expect(await apply(older, options)).toMatchObject({
      result: "older",
      skipped: ["user-0", "user-1"],
      requests: { writes: 0 },
    });
    for (const i of [0, 1]) await request(server(), "DELETE", `/_users/org.couchdb.user:${database}-${i}`);
  });
});

describe("status without files", () => {
  test("shows what was applied, who holds the lease, and the last runs", async () => {
    expect(await status(undefined, options)).toMatchObject({ files: false, steps: [], lease: null, runs: [] });
    await apply(await files(made(), members("a")), options);
    const found = await status(undefined, options);
    expect(found).toMatchObject({
      files: false,
      steps: [
        { id: "made", kind: "ensureDatabase", state: "applied", appliedAt: expect.any(String), notes: [] },
        { id: "members", kind: "ensureSecurity", state: "applied" },
      ],
      orphaned: [],
      lease: null,
      runs: [{ result: "applied", applied: ["made", "members"] }],
    });
  });
});

describe("two sets", () => {
  test("have separate ledgers", async () => {
    const set = await files(made());
    await apply(set, options);
    const other = await plan(set, { ...options, set: "other" });
    expect(other.steps).toMatchObject([{ id: "made", state: "pending", action: "adopt" }]);
  });
});

describe("steps that claim the same object by patterns", () => {
  test("are refused once the databases are known, and nothing is written", async () => {
    await must(server(), "PUT", `/${database}`);
    const pattern = (id: string, shape: string) => `- id: ${id}\n  ensureSecurity: { database: "${shape}" }\n`;
    const set = await files(pattern("one", `${database}*`), pattern("two", `*${database.slice(8)}`));
    await expect(apply(set, options)).rejects.toMatchObject({ code: "invalid-input", message: /one .*two/ });
  });
});

describe("a server that is not ready", () => {
  test("is waited for if a proxy answers instead", async () => {
    const proxy = await startProxy(server().url);
    onTestFinished(() => proxy.close());
    // More than the retries of one request.
    proxy.faultWhen(() => true, { status: 503 }, 9);
    const connection = { ...options.connection, url: proxy.url };
    const result = await apply(await files(made()), { ...options, connection, wait: 40_000 });
    expect(result).toMatchObject({ applied: ["made"] });
  });

  test("does not keep a plan from obeying its signal if it hangs", async () => {
    const proxy = await startProxy(server().url);
    onTestFinished(() => proxy.close());
    proxy.faultWhen(() => true, "silence", 99);
    const stop = new AbortController();
    const connection = { ...options.connection, url: proxy.url };
    const planned = plan(await files(made()), { ...options, connection, signal: stop.signal });
    await until(
      async () => proxy.requests.length,
      (sent) => sent > 0,
    );
    stop.abort();
    await expect(planned).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("unlock", () => {
  test("releases a lease and says who held it", async () => {
    const set = await files(made());
    const held = {
      holder: "gone",
      nonce: "n",
      token: 7,
      since: "2026-01-01T00:00:00.000Z",
      ttl: 60_000,
      type: "lease",
    };
    await must(server(), "PUT", `/${ledgerDatabase}/lease-default`, { body: held });
    const { lease } = await status(set, options);
    expect(lease).toEqual({ holder: "gone", since: held.since, millisecondsHeld: expect.any(Number) });
    const refused = { code: "lease-held", message: expect.stringMatching(/^gone .+ for \d+ h \d+ min \(since .+\)$/) };
    await expect(apply(set, { ...options, leaseWait: 0 })).rejects.toMatchObject(refused);
    expect(await unlock(options)).toEqual({ lease: { holder: "gone", since: held.since }, parts: [] });
    expect(await unlock(options)).toEqual({ lease: null, parts: [] });
    expect(await apply(set, { ...options, leaseWait: 0 })).toMatchObject({ applied: ["made"] });
  });

  test("also releases the leases of parts, of its own set only, and status names them", async () => {
    const since = "2026-01-01T00:00:00.000Z";
    const lease = (id: string, holder: string | null, rev = "1-a") => ({
      _id: `lease-${id}`,
      _rev: rev,
      _revisions: { start: Number(rev[0]), ids: [rev.slice(2)] },
      ...{ type: "lease", holder, nonce: "n", token: 7, since, ttl: 60_000 },
    });
    const docs = [
      lease("default:legs:part-10", "ten"),
      lease("default:legs:part-9", "nine"),
      lease("default:legs:part-8", null),
      // The leaf that CouchDB shows is free: somebody holds another one.
      lease("default:arms:part-1", null, "3-b"),
      lease("default:arms:part-1", "beneath", "2-c"),
      // The lease of another set.
      lease("default-2:legs:part-1", "theirs"),
      lease("default-2", "theirs"),
    ];
    await must(server(), "POST", `/${ledgerDatabase}/_bulk_docs`, { body: { new_edits: false, docs } });
    const parts = [
      { step: "arms", number: 1, holder: "beneath", since },
      { step: "legs", number: 9, holder: "nine", since },
      { step: "legs", number: 10, holder: "ten", since },
    ];
    const found = await status(await files(made()), options);
    expect(found.lease).toBeNull();
    expect(found.parts).toEqual(parts.map((part) => ({ ...part, millisecondsHeld: expect.any(Number) })));
    expect(await unlock(options)).toEqual({ lease: null, parts });
    expect(await unlock(options)).toEqual({ lease: null, parts: [] });
    expect((await status(await files(made()), options)).parts).toEqual([]);
    const others = { ...options, set: "default-2" };
    const theirs = { holder: "theirs", since };
    expect(await unlock(others)).toEqual({ lease: theirs, parts: [{ step: "legs", number: 1, ...theirs }] });
  });
});
