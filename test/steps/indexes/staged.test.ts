/** The staged deployment of a Mango index, on a real CouchDB. */
import { expect, it } from "vitest";
import { ensureIndexes } from "../../../src/kinds/ensure-indexes.js";
import type { StepContext } from "../../../src/steps/kind.js";
import { uniqueName } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { designDocs, indexOf, open } from "../design-docs/big-database.js";
import { contextOf } from "../fake-couch.js";

const count = 2_000;
const by = { set: "default", version: "v1", since: "2026-01-01T00:00:00.000Z" };
const ddoc = "mango-by-owner";
const was = { fields: ["owner"] };
const becomes = { fields: ["owner", "born"] };
/** Fits the new index better than the old one. */
const query = { selector: { owner: "kerrigan", born: { $gte: 0 } }, limit: count };

/** With the old index in place, and built. */
async function scene(partitioned = false): Promise<string> {
  const database = uniqueName("mango");
  await must(server(), "PUT", `/${database}?partitioned=${partitioned}`);
  const docs = Array.from({ length: count }, (_, born) => ({
    ...(partitioned ? { _id: `p${born % 7}:${born}` } : {}),
    owner: born % 2 ? "kerrigan" : "zagara",
    born,
  }));
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
  await must(server(), "POST", `/${database}/_index`, { body: { name: "by-owner", ddoc, index: was } });
  await must(server(), "POST", `/${database}/${partitioned ? "_partition/p1/" : ""}_find`, { body: query });
  return database;
}

async function bring(
  database: string,
  index: object,
  more: object = {},
  context: Pick<Partial<StepContext<unknown>>, "signal" | "progress"> = {},
) {
  const couch = open(server());
  const target = { database };
  const desired = {
    database: [database],
    indexes: { "by-owner": { index: { ...index }, type: "json" as const, ddoc } },
    deploy: "staged" as const,
    ...more,
  };
  const whole = { ...contextOf(couch, desired, target), ...context };
  const observed = await ensureIndexes.observe(whole);
  const detailed = observed && (await ensureIndexes.detail?.(whole, observed));
  const { write, ...difference } = ensureIndexes.diff(desired, detailed, target);
  if (write) await ensureIndexes.apply(write, whole);
  return { ...difference, writes: couch.requests.writes };
}

async function fieldsOf(database: string): Promise<unknown[]> {
  const { indexes } = await must(server(), "GET", `/${database}/_index`);
  return indexes.filter(({ ddoc: at }: { ddoc: string | null }) => at !== null).map(({ def }: { def: object }) => def);
}

const explained = async (database: string) =>
  (await must(server(), "POST", `/${database}/_explain`, { body: query })).index.def.fields.length;

/** Stops at the first sign of progress. */
function stopped(): Pick<StepContext<unknown>, "signal" | "progress"> {
  const stop = new AbortController();
  return { signal: stop.signal, progress: () => stop.abort(new Error("stop")) };
}

onReal("a changed Mango index in a big database", () => {
  it("is built hidden from the planner, and no query notices", async () => {
    const database = await scene();
    const seen = new Set<string>();
    let done = false;
    const reading = (async () => {
      while (!done) {
        const { docs, warning } = await must(server(), "POST", `/${database}/_find`, { body: query });
        seen.add(`${docs.length} ${warning}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const whileBuilding: Promise<number>[] = [];
    const names = new Set<string>();
    let built = "";
    const progress = () => {
      whileBuilding.push(explained(database));
      whileBuilding.push(
        designDocs(server(), database).then(async ([, staged]) => {
          names.add(String(staged));
          if (staged !== undefined && built === "") built = (await indexOf(server(), database, staged)).signature;
          return 1;
        }),
      );
    };
    const first = await bring(database, becomes, {}, { progress });
    done = true;
    await reading;
    expect([...seen]).toEqual([`${count / 2} undefined`]);
    // Only the field of the old index.
    expect(new Set(await Promise.all(whileBuilding))).toEqual(new Set([1]));
    expect([...names]).toEqual([expect.stringMatching(/^mango-by-owner--staged-/)]);
    expect(first.rebuilds).toEqual([
      {
        database,
        designDoc: ddoc,
        views: ["by-owner"],
        documents: count,
        bytes: expect.any(Number),
        staged: true,
        wayBack: "build",
      },
    ]);
    expect(await designDocs(server(), database)).toEqual([ddoc]);
    const index = await indexOf(server(), database, ddoc);
    expect(index.signature).toBe(built);
    expect(index.updates_pending.total).toBeLessThan(10);
    expect(await fieldsOf(database)).toEqual([{ fields: [{ owner: "asc" }, { born: "asc" }] }]);
    expect(await explained(database)).toBe(2);
    expect(await bring(database, becomes)).toMatchObject({ action: "none", writes: 0 });
  });

  it("is built in every shard of a database with partitions", async () => {
    const database = await scene(true);
    expect(await bring(database, becomes)).toMatchObject({ rebuilds: [{ staged: true, documents: count }] });
    expect(await designDocs(server(), database)).toEqual([ddoc]);
    expect((await indexOf(server(), database, ddoc)).updates_pending.total).toBeLessThan(10);
    const within = { body: { ...query, use_index: ddoc } };
    const { docs, warning } = await must(server(), "POST", `/${database}/_partition/p1/_find`, within);
    expect([docs.length, warning]).toEqual([143, undefined]);
  });

  it("continues what an earlier run has started, and leaves nothing behind", async () => {
    const database = await scene();
    await expect(bring(database, becomes, {}, stopped())).rejects.toThrow("stop");
    const [, staged = ""] = await designDocs(server(), database);
    const { signature } = await indexOf(server(), database, staged);
    // The document, the clean-up, and the removal of the staged one, which was not written again.
    expect(await bring(database, becomes)).toMatchObject({ writes: 3 });
    expect(await indexOf(server(), database, ddoc)).toMatchObject({ signature });
    expect(await designDocs(server(), database)).toEqual([ddoc]);
    // As after a run that is killed after the swap.
    const { _rev, _id, ...doc } = await must(server(), "GET", `/${database}/_design/${ddoc}`);
    const mark = { "couchdb-migrate": { role: "staged", of: ddoc, ...by } };
    await must(server(), "PUT", `/${database}/_design/${staged}`, { body: { ...doc, ...mark } });
    expect(await bring(database, becomes)).toMatchObject({ action: "update", rebuilds: [] });
    expect(await designDocs(server(), database)).toEqual([ddoc]);
  });

  it("does not overwrite what somebody else has changed meanwhile", async () => {
    const database = await scene();
    let meddled = false;
    const meddle = async () => {
      const found = await must(server(), "GET", `/${database}/_design/${ddoc}`);
      await must(server(), "PUT", `/${database}/_design/${ddoc}`, { body: { ...found, theirs: true } });
    };
    const progress = () => {
      if (!meddled) void meddle();
      meddled = true;
    };
    await expect(bring(database, becomes, {}, { progress })).rejects.toMatchObject({ code: "refused" });
    expect(await fieldsOf(database)).toEqual([{ fields: [{ owner: "asc" }] }]);
  });

  it("reuses the index of another design document", async () => {
    const database = await scene();
    await must(server(), "POST", `/${database}/_index`, {
      body: { name: "by-owner", ddoc: "twin", index: becomes },
    });
    await must(server(), "POST", `/${database}/_find`, { body: { ...query, use_index: "twin" } });
    expect(await bring(database, becomes)).toMatchObject({ rebuilds: [{ reuses: "twin", pending: 0, staged: true }] });
    const twin = await indexOf(server(), database, "twin");
    expect(await indexOf(server(), database, ddoc)).toMatchObject({ signature: twin.signature });
  });

  it.each<[string, object, object]>([
    ["that is to be deployed in place", becomes, { deploy: "inPlace" }],
    ["whose fields JavaScript would reorder", { fields: ["owner", "1"] }, {}],
  ])("is written immediately: one %s", async (_, index, more) => {
    const database = await scene();
    expect(await bring(database, index, more)).toMatchObject({ writes: 1, rebuilds: [{ staged: false }] });
    expect(await designDocs(server(), database)).toEqual([ddoc]);
  });
});
