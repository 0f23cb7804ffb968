/** One transformation by several processes: each document is changed once, and the step is recorded once. */
import { describe, expect, it } from "vitest";
import { apply, type Event, type Listener, loadMigrations, plan, status } from "../../src/index.js";
import { type CliResult, loginEnv, type RunningCli, startCli } from "../support/cli.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { onReal, server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const script = "export default (document) => ({ ...document, counter: document.counter + 1 });\n";
const step = (database: string) => `- id: plus-one\n  transformDocuments: { database: "${database}", script: x.mjs }\n`;
const idOf = (number: number) => `d${String(number).padStart(4, "0")}`;

async function seed(database: string, documents: number): Promise<void> {
  const docs = Array.from({ length: documents }, (_, i) => ({ _id: idOf(i), counter: 0 }));
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
}

async function counters(database: string): Promise<Record<string, number>> {
  const { rows } = await must(server(), "GET", `/${database}/_all_docs?include_docs=true`);
  return Object.fromEntries(rows.map(({ id, doc }: { id: string; doc: { counter: number } }) => [id, doc.counter]));
}

async function locals(database: string): Promise<string[]> {
  const { rows } = await must(server(), "GET", `/${database}/_local_docs`);
  return rows.map(({ id }: { id: string }) => id);
}

/** A runner's folder and set, and the ways to run it. */
async function place(yaml: string, own = script) {
  const folder = await tempFolder({ "001.yaml": yaml, "x.mjs": own });
  const { url, admin } = server();
  const set = uniqueName("set");
  const connection = { url, username: admin.name, password: admin.password };
  const options = { connection, set, concurrency: 1, leaseTtl: 6_000 };
  const migrations = await loadMigrations(folder, { env: {} });
  return {
    set,
    options,
    migrations,
    apply: (number = 0, of = 0, emit: Listener = () => {}) =>
      apply(migrations, { ...options, emit, ...(of > 0 ? { part: { number, of } } : {}) }),
    start: (flags: string[], more: Record<string, string> = {}): RunningCli & { working: Promise<void> } => {
      const env = { ...loginEnv(url, admin), ...more };
      const always = [
        "--set",
        set,
        "--lease-ttl",
        "6s",
        "--concurrency",
        "1",
        "--format",
        "json",
        "--log-level",
        "trace",
      ];
      const running = startCli(["apply", folder, ...always, ...flags], { env });
      const working = new Promise<void>((resolve) => {
        let heard = "";
        running.child.stderr?.on("data", (text) => {
          heard += text;
          if (heard.includes("_bulk_docs")) resolve();
        });
        running.child.on("close", () => resolve());
      });
      return { ...running, working };
    },
    /** The history, the first run first. */
    history: async () =>
      (await status(migrations, options)).runs
        .map(({ result, part, applied, failures }) => ({ result, part: part?.number, applied, failures }))
        .toReversed(),
    entries: async () => {
      const { status, body } = await request(server(), "GET", `/couchdb-migrate/_local/couchdb-migrate-${set}`);
      return status === 404 ? {} : body.entries;
    },
  };
}

const parsed = ({ stdout }: CliResult) => JSON.parse(stdout) as Awaited<ReturnType<typeof apply>>;

onReal("four parts as four processes", () => {
  it("change each document once, even if two are killed while a user writes", async () => {
    const database = await freshDatabase("parts");
    await seed(database, 160);
    const { start, set, entries } = await place(step(database));
    const expected = new Map(Array.from({ length: 160 }, (_, i) => [idOf(i), 1]));
    let writing = true;
    const user = async () => {
      for (let turn = 0; writing; turn += 1) {
        const id = idOf((turn * 83) % 160);
        const { body } = await request(server(), "GET", `/${database}/${id}`);
        const edit = { ...body, counter: body.counter + 10, turn };
        const { status } = await request(server(), "PUT", `/${database}/${id}`, { body: edit });
        if (status < 300) expected.set(id, (expected.get(id) ?? 0) + 10);
        const made = `${["a", "d01", "z"][turn % 3]}-${turn}`;
        await must(server(), "PUT", `/${database}/${made}`, { body: { counter: 0 } });
        expected.set(made, 1);
      }
    };
    const writer = user();
    // The first ones divide the work; the others find it divided.
    const parts = ["1/4", "2/4", "3/4", "4/4"].map((part) => start(["--part", part, "--rate", "40"]));
    for (const { child, working } of parts.slice(1, 3)) void working.then(() => child.kill("SIGKILL"));
    const ended = await Promise.all(parts.map(({ result }) => result));
    expect(
      ended.map(({ code, signal }) => code ?? signal),
      ended[0]?.stderr.slice(-2_000),
    ).toEqual([0, "SIGKILL", "SIGKILL", 0]);
    expect(await entries()).toEqual({});
    const again = ["2/4", "3/4"].map((part) => start(["--part", part]));
    await Promise.all(again.map(({ working }) => working));
    writing = false;
    await writer;
    const last = await Promise.all(again.map(({ result }) => result));
    expect(
      last.map(({ code }) => code),
      last.map(({ stderr }) => stderr.slice(-2_000)).join("\n"),
    ).toEqual([0, 0]);
    expect(await counters(database)).toEqual(Object.fromEntries(expected));
    const results = [...ended.filter(({ code }) => code === 0), ...last].map(parsed);
    expect(results.flatMap(({ applied }) => applied)).toEqual(["plus-one"]);
    expect(Object.keys(await entries())).toEqual(["plus-one"]);
    expect(await locals(database)).toEqual([`_local/couchdb-migrate:${set}:plus-one`]);
  });

  it("work on a pattern, killed in between, with numbers from Kubernetes", async () => {
    const stem = uniqueName("tenant");
    const names = ["a", "b"].map((name) => databaseName("", server(), `${stem}-${name}`));
    for (const name of names) {
      await must(server(), "PUT", `/${name}`);
      await seed(name, 16);
    }
    const { start, apply } = await place(step(`${stem}-*`));
    for (const index of ["0", "1"]) {
      const flags = ["--part", "index/2", "--rate", "8"];
      const { child, result, working } = start(flags, { JOB_COMPLETION_INDEX: index });
      await working;
      child.kill("SIGKILL");
      expect((await result).signal).toBe("SIGKILL");
    }
    expect((await apply(1, 2)).part).toMatchObject({ open: [2] });
    expect((await apply(2, 2)).applied).toEqual(["plus-one"]);
    for (const name of names) {
      expect(await counters(name)).toEqual(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [idOf(i), 1])));
      expect(await locals(name)).toHaveLength(1);
    }
  });
});

describe("an apply of a part", () => {
  it("applies earlier steps, leaves later ones, and the last part records the step", async () => {
    const database = databaseName();
    const before = `- id: made\n  ensureDatabase: { name: ${database} }\n`;
    const after = `- id: after\n  ensureDocuments: { database: ${database}, docs: [{ _id: "0", counter: 5 }] }\n`;
    const { apply, entries, history } = await place(before + step(database) + after);
    expect(await apply(2, 2)).toMatchObject({
      result: "applied",
      applied: ["made"],
      notReached: [],
      part: { step: "plus-one", number: 2, of: 2, open: [1], left: ["after"] },
    });
    await seed(database, 9);
    expect(await apply(2, 2)).toMatchObject({ result: "unchanged", applied: [], part: { open: [1] } });
    expect(await apply(1, 2)).toMatchObject({ applied: ["plus-one"], part: { open: [], left: ["after"] } });
    expect(Object.keys(await entries())).toEqual(["made", "plus-one"]);
    // No step is left to divide: nothing is done, and the next step is reported as pending.
    expect(await apply(1, 2)).toMatchObject({ result: "unchanged", part: { step: null, left: ["after"] } });
    expect((await apply()).applied).toEqual(["after"]);
    expect((await apply(2, 2)).part).toBeUndefined();
    expect(await counters(database)).toMatchObject({ "0": 5, d0000: 1, d0008: 1 });
    const applied = { result: "applied", part: undefined, failures: [] };
    expect(await history()).toEqual([
      { ...applied, applied: ["made"] },
      { ...applied, applied: [], part: 2 },
      { ...applied, applied: [], part: 1 },
      { ...applied, applied: ["plus-one"] },
      { ...applied, applied: ["after"] },
    ]);
  });

  it("that fails is in the history, too", async () => {
    const database = await freshDatabase();
    await seed(database, 4);
    const fails = "export default ({ _id }) => { throw new Error(_id); };\n";
    const { apply, migrations, options } = await place(step(database), fails);
    expect(await apply(1, 2)).toMatchObject({ result: "failed", failures: [{ id: "plus-one" }] });
    const part = { step: "plus-one", number: 1, of: 2 };
    const failures = [{ id: "plus-one", code: "step-failed" }];
    expect((await status(migrations, options)).runs).toMatchObject([{ result: "failed", part, applied: [], failures }]);
  });

  it("is refused with another number of parts, and an ordinary apply does the rest", async () => {
    const database = await freshDatabase();
    await seed(database, 12);
    const { apply, migrations, options } = await place(step(database));
    await apply(2, 3);
    expect((await apply(1, 4)).failures).toMatchObject([
      { id: "plus-one", database, code: "refused", message: expect.stringContaining("into 3 parts") },
    ]);
    const said = `this step was started in ${database} in parts: 1 of 3 are done, and it has changed 4 documents so far`;
    expect((await plan(migrations, options)).steps[0]?.notes).toEqual([said]);
    expect((await status(migrations, options)).steps[0]?.notes).toEqual([said]);
    expect((await apply()).applied).toEqual(["plus-one"]);
    expect(new Set(Object.values(await counters(database)))).toEqual(new Set([1]));
  });
});

onReal("alongside a process that does a part", () => {
  it("another one for the same part waits for it, and finds nothing to do", async () => {
    const database = await freshDatabase();
    await seed(database, 24);
    const { apply, start, history, migrations, options } = await place(step(database));
    const { working, result } = start(["--part", "1/2", "--rate", "6", "--holder", "hatchery-0"]);
    await working;
    const { lease, parts } = await status(migrations, options);
    expect(lease).toBeNull();
    expect(parts).toMatchObject([{ step: "plus-one", number: 1, holder: "hatchery-0" }]);
    expect(await apply(1, 2)).toMatchObject({ result: "unchanged", part: { open: [2] } });
    expect(parsed(await result)).toMatchObject({ result: "applied", part: { open: [2] } });
    expect(await history()).toEqual([{ result: "applied", part: 1, applied: [], failures: [] }]);
    expect((await status(migrations, options)).parts).toEqual([]);
  });

  it("an ordinary apply waits for it, and then records the step", async () => {
    const database = await freshDatabase();
    await seed(database, 24);
    const { apply, start } = await place(step(database));
    const { working, result } = start(["--part", "1/2", "--rate", "6"]);
    await working;
    const waited: Event[] = [];
    const ordinary = await apply(0, 0, (event) => void (event.type === "lease-waiting" && waited.push(event)));
    expect(ordinary.applied).toEqual(["plus-one"]);
    expect(waited[0]).toMatchObject({ part: 1 });
    expect(parsed(await result)).toMatchObject({ result: "applied", applied: [], failures: [] });
    expect(new Set(Object.values(await counters(database)))).toEqual(new Set([1]));
  });
});
