/** Staged deployments of design documents that the Mango query planner reads, on a real CouchDB. */
import { expect, it } from "vitest";
import { ensureIndexes } from "../../../src/kinds/ensure-indexes.js";
import { uniqueName } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { contextOf } from "../fake-couch.js";
import { bring, designDocs, desiredOf, indexOf, open } from "./big-database.js";

const count = 6_000;
const query = { selector: { owner: "kerrigan", born: { $gte: 0 } }, limit: count };

const indexOn = (fields: readonly string[]) => ({
  map: { fields: Object.fromEntries(fields.map((field) => [field, "asc"])), partial_filter_selector: {} },
  reduce: "_count",
  options: { def: { fields } },
});
const docOf = (views: Readonly<Record<string, unknown>>) => ({ language: "query", views });
const old = docOf({ "by-owner": indexOn(["owner"]), "by-born": indexOn(["born"]) });
const changed = docOf({ "by-owner": indexOn(["owner", "born"]), "by-born": indexOn(["born"]) });

/** With what `_index` creates: two indexes in one design document. */
async function scene(): Promise<string> {
  const database = uniqueName("planner");
  await must(server(), "PUT", `/${database}`);
  const docs = Array.from({ length: count }, (_, born) => ({ owner: born % 2 ? "kerrigan" : "zagara", born }));
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
  for (const [name, fields] of [
    ["by-owner", ["owner"]],
    ["by-born", ["born"]],
  ] as const) {
    await must(server(), "POST", `/${database}/_index`, { body: { name, ddoc: "brood", index: { fields } } });
  }
  expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(old);
  await must(server(), "POST", `/${database}/_find`, { body: query });
  return database;
}

const chosen = async (database: string): Promise<string> =>
  (await must(server(), "POST", `/${database}/_explain`, { body: query })).index.ddoc;

/** Asks the planner at every sign of progress. Returns its choices, each once. */
function watch(database: string) {
  const looks: Promise<string[]>[] = [];
  const look = async () => [await chosen(database), ...(await designDocs(server(), database))];
  return {
    progress: () => void looks.push(look()),
    async seen() {
      const all = await Promise.all(looks);
      return {
        chosen: [...new Set(all.map(([ddoc]) => ddoc))],
        staged: all.some((names) => names.some((name) => name.includes("--staged-"))),
      };
    },
  };
}

onReal("a staged design document with `language: query`", () => {
  it("is never chosen by the query planner while its index is built", async () => {
    const database = await scene();
    const couch = open(server());
    const { progress, seen } = watch(database);
    const difference = await bring(couch, desiredOf(database, changed), { progress });
    expect(difference.rebuilds).toMatchObject([{ designDoc: "brood", staged: true, documents: count }]);
    expect(await seen()).toEqual({ chosen: ["_design/brood"], staged: true });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    expect((await indexOf(server(), database)).updates_pending.total).toBeLessThan(10);
    const { index } = await must(server(), "POST", `/${database}/_explain`, { body: query });
    expect(index).toMatchObject({ name: "by-owner", def: { fields: [{ owner: "asc" }, { born: "asc" }] } });
    const { docs, warning } = await must(server(), "POST", `/${database}/_find`, { body: query });
    expect([docs.length, warning]).toEqual([count / 2, undefined]);
    expect(await bring(couch, desiredOf(database, changed))).toMatchObject({ action: "none", changes: [] });
  });

  it("keeps its index if only something else in the document changes later", async () => {
    const database = await scene();
    const couch = open(server());
    await bring(couch, desiredOf(database, changed));
    const { signature } = await indexOf(server(), database);
    const more = { ...changed, autoupdate: true };
    expect(await bring(couch, desiredOf(database, more))).toMatchObject({ action: "update", rebuilds: [] });
    expect(await indexOf(server(), database)).toMatchObject({ signature });
  });

  it("is not chosen for the other indexes of its document when a step changes one index", async () => {
    const database = await scene();
    const couch = open(server());
    const target = { database };
    const indexes = { "by-owner": { index: { fields: ["owner", "born"] }, type: "json" as const, ddoc: "brood" } };
    const desired = { database: [database], indexes, deploy: "staged" as const };
    const { progress, seen } = watch(database);
    const context = { ...contextOf(couch, desired, target), progress };
    const difference = ensureIndexes.diff(desired, await ensureIndexes.observe(context), target);
    expect(difference.rebuilds).toMatchObject([{ staged: true }]);
    if (difference.write) await ensureIndexes.apply(difference.write, context);
    expect(await seen()).toEqual({ chosen: ["_design/brood"], staged: true });
    const { indexes: shown } = await must(server(), "GET", `/${database}/_index`);
    expect(shown.map(({ name }: { name: string }) => name).sort()).toEqual(["_all_docs", "by-born", "by-owner"]);
  });
});
